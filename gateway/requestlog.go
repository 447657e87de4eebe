package gateway

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// finished counts and logs a request that started a run.
func (x *exchange) finished(out *flow.Outcome, status int) {
	took := time.Since(x.began)
	x.endpoint.metrics.ObserveRequest(string(out.State), status, took)
	x.logRun(out, status, took)
}

// refused counts and logs a request that started no run.
func (x *exchange) refused(p *flow.Problem) {
	if x.endpoint == nil {
		x.g.metrics.CountUnserved(p.Outcome, p.Status)
	} else {
		x.endpoint.metrics.ObserveRequest(p.Outcome, p.Status, time.Since(x.began))
	}
	x.logRefused(p)
	x.rememberRefused(p)
}

// rememberRefused puts a refusal into the history, of many only some.
func (x *exchange) rememberRefused(p *flow.Problem) {
	limit := &x.g.unserved
	if x.endpoint != nil {
		limit = x.endpoint.refusals
	}
	if x.g.opts.Store == nil || !limit.take(x.began) {
		return
	}
	e := &store.Entry{
		ID: x.id, Flow: x.flowName(), State: store.Refused, Started: x.began, Finished: time.Now(), Status: p.Status,
		Cause: store.Cause{Reason: p.Outcome, Message: x.clean(p.Detail)},
	}
	x.g.recorder.add(draft{make: func() *store.Entry { return e }})
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
	line := x.g.log.Sampled.Check(level, "refused: "+p.Outcome)
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
