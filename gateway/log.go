package gateway

import (
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// logs writes the gateway's log: one line for each run and each refusal.
// Values of secrets are taken out of whatever text comes from outside of this
// package; bodies and headers of requests are never written.
type logs struct {
	out     *zap.Logger
	bounded *zap.Logger // for lines that anybody can cause
	secrets atomic.Pointer[redact.Redactor]
}

// linesPerSecond is how many lines of one sort the bounded log takes in a
// second; of those above it, one in a hundred.
const linesPerSecond = 100

func newLogs(l *zap.Logger) *logs {
	out := &logs{out: l, bounded: l.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(c, time.Second, linesPerSecond, 100)
	}))}
	out.hide(redact.New(nil))
	return out
}

// hide sets the secrets of the configuration that serves, for lines that belong
// to no request. A request has those of its own configuration.
func (l *logs) hide(r *redact.Redactor) { l.secrets.Store(r) }

func (l *logs) clean(text string) string { return l.secrets.Load().Text(text) }

// logRun writes the one line of a run.
func (j *job) logRun(out *flow.Outcome, status int, took time.Duration) {
	level := zapcore.InfoLevel
	if out.State == flow.Failed {
		level = zapcore.ErrorLevel
	}
	line := j.endpoint.log.Check(level, "run")
	if line == nil {
		return
	}
	fields := make([]zap.Field, 0, 5)
	fields = append(fields, zap.String("run", j.id), zap.String("state", string(out.State)))
	if status != 0 {
		fields = append(fields, zap.Int("status", status))
	}
	fields = append(fields, zap.Duration("took", took))
	if out.Message != "" {
		fields = append(fields, zap.String("message", j.clean(out.Message)))
	}
	if out.Err != nil {
		fields = append(fields, j.failure(out.Err)...)
	}
	line.Write(fields...)
}

// logRetry says that a run failed and is tried again.
func (w *work) logRetry(e *flow.Error, after time.Duration) {
	fields := []zap.Field{zap.String("run", w.id), zap.Int("attempt", w.attempt), zap.Duration("after", after)}
	w.endpoint.log.Warn("run is tried again", append(fields, w.failure(e)...)...)
}

// LogRetry says that an attempt of an action failed and another follows.
func (j *job) LogRetry(c *flow.Call, e *flow.Error, wait time.Duration) {
	fields := []zap.Field{zap.String("run", j.id), zap.Int("attempt", c.Attempt), zap.Duration("after", wait)}
	j.endpoint.log.Warn("action is tried again", append(fields, j.failure(e)...)...)
}

// failure says why a run failed.
func (j *job) failure(e *flow.Error) []zap.Field {
	fields := []zap.Field{zap.String("action", e.Action), zap.String("error", j.clean(e.Shown())), zap.String("class", string(e.Class)), zap.String("at", e.Range.String())}
	if e.Class == flow.Internal && e.Err != nil && !e.Sensitive {
		fields = append(fields, zap.String("cause", j.clean(e.Err.Error())))
	}
	return fields
}

// longestPath is how much of a path that leads nowhere stands in the log.
const longestPath = 200

func cutText(text string) string {
	if len(text) <= longestPath {
		return text
	}
	return text[:longestPath] + "…"
}

// logRefused writes a line for a request that started no run.
func (x *exchange) logRefused(p *flow.Problem) {
	level := zapcore.InfoLevel
	if p.Status >= 500 {
		level = zapcore.WarnLevel
	}
	line := x.g.log.bounded.Check(level, "refused: "+p.Outcome)
	if line == nil {
		return
	}
	fields := make([]zap.Field, 0, 6)
	if x.endpoint != nil {
		fields = append(fields, zap.String("flow", x.endpoint.flow.Name))
	} else { // who looks for it has nothing else
		fields = append(fields, zap.String("method", x.clean(cutText(x.r.Method))), zap.String("path", x.clean(cutText(x.r.URL.EscapedPath()))))
	}
	fields = append(fields, zap.String("run", x.id), zap.Int("status", p.Status), zap.Stringer("remote_ip", remoteIP(x.r)))
	if p.Detail != "" {
		fields = append(fields, zap.String("detail", x.clean(p.Detail)))
	}
	if p.Cause != nil {
		fields = append(fields, zap.String("cause", x.clean(p.Cause.Error())))
	}
	line.Write(fields...)
}

// Log writes a line of action "log". Its values stand under "fields", where
// they can't pass for fields of the gateway.
func (j *job) Log(action, level, message string, values map[string]any) {
	lvl, err := zapcore.ParseLevel(level)
	if err != nil {
		lvl = zapcore.InfoLevel
	}
	if !j.endpoint.log.Core().Enabled(lvl) {
		return
	}
	line := j.endpoint.log.Check(lvl, j.clean(message))
	if line == nil {
		return
	}
	fields := []zap.Field{zap.String("run", j.id), zap.String("action", action)}
	if len(values) > 0 {
		fields = append(fields, zap.Any("fields", j.cleanValue(values)))
	}
	line.Write(fields...)
}
