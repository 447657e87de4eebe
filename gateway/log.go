package gateway

import (
	"encoding/base64"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/flow"
)

// logs writes the gateway's log: one line for each run and each refusal.
// Values of secrets are taken out of whatever text comes from a run.
type logs struct {
	out     *zap.Logger
	refusal *zap.Logger // bounded, as anybody can cause refusals
	secrets atomic.Pointer[strings.Replacer]
}

// refusalsPerSecond is how many refusals of one sort are logged in a second;
// of those above it, one in a hundred.
const refusalsPerSecond = 100

func newLogs(l *zap.Logger) *logs {
	bounded := l.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(c, time.Second, refusalsPerSecond, 100)
	}))
	out := &logs{out: l, refusal: bounded}
	out.hide(nil)
	return out
}

// shortest is the length from which on the value of a secret is looked for in
// texts: "on" as a secret would make every line unreadable.
const shortest = 5

// hide sets the values that must not show, as they are and as they stand in
// URLs and in base64.
func (l *logs) hide(secrets []string) {
	var pairs []string
	for _, s := range secrets {
		if len(s) < shortest {
			continue
		}
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), base64.StdEncoding.EncodeToString([]byte(s))} {
			pairs = append(pairs, form, "(sensitive)")
		}
	}
	l.secrets.Store(strings.NewReplacer(pairs...))
}

func (l *logs) clean(text string) string { return l.secrets.Load().Replace(text) }

// run writes the one line of a run.
func (l *logs) run(x *exchange, out *flow.Outcome, status int, took time.Duration) {
	level := zapcore.InfoLevel
	if out.State == flow.Failed {
		level = zapcore.ErrorLevel
	}
	line := l.out.Check(level, "run")
	if line == nil {
		return
	}
	fields := []zap.Field{
		zap.String("flow", x.endpoint.flow.Name), zap.String("run", x.id), zap.String("state", string(out.State)),
		zap.Int("status", status), zap.Duration("took", took),
	}
	if out.Message != "" {
		fields = append(fields, zap.String("message", l.clean(out.Message)))
	}
	if e := out.Err; e != nil {
		fields = append(fields, zap.String("action", e.Action), zap.String("error", l.clean(e.Message)), zap.String("class", string(e.Class)), zap.String("at", e.Range.String()))
		if e.Class == flow.Internal && e.Err != nil {
			fields = append(fields, zap.String("cause", l.clean(e.Err.Error())))
		}
	}
	line.Write(fields...)
}

// refused writes a line for a request that started no run.
func (l *logs) refused(x *exchange, p *flow.Problem) {
	line := l.refusal.Check(zapcore.InfoLevel, "refused "+p.Outcome)
	if line == nil {
		return
	}
	name := ""
	if x.endpoint != nil {
		name = x.endpoint.flow.Name
	}
	line.Write(zap.String("flow", name), zap.String("run", x.id), zap.Int("status", p.Status),
		zap.String("remote_ip", remoteIP(x.r).String()), zap.String("detail", l.clean(p.Detail)))
}

// forRun takes what a run's log actions write.
func (l *logs) forRun(x *exchange) flow.Logger { return runLog{l, x} }

type runLog struct {
	logs *logs
	x    *exchange
}

// Log writes a line of action "log".
func (r runLog) Log(level, message string, values map[string]any) {
	lvl, err := zapcore.ParseLevel(level)
	if err != nil {
		lvl = zapcore.InfoLevel
	}
	line := r.logs.out.Check(lvl, r.logs.clean(message))
	if line == nil {
		return
	}
	fields := []zap.Field{zap.String("flow", r.x.endpoint.flow.Name), zap.String("run", r.x.id)}
	if len(values) > 0 {
		fields = append(fields, zap.Any("fields", r.logs.cleanValue(values)))
	}
	line.Write(fields...)
}

func (l *logs) cleanValue(v any) any {
	switch v := v.(type) {
	case string:
		return l.clean(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = l.cleanValue(e)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = l.cleanValue(e)
		}
		return out
	}
	return v
}

// reloaded says how a reload went.
func (l *logs) reloaded(cause string, r *reloadResult) {
	if r.ok {
		l.out.Info("reloaded", zap.String("cause", cause), zap.Duration("took", r.took))
		return
	}
	for _, d := range r.diags.Errs() {
		l.out.Error("reload failed, the flows that serve go on serving", zap.String("cause", cause), zap.String("error", l.clean(d.Error())))
	}
}
