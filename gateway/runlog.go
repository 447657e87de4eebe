package gateway

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/flow"
)

// observe counts an action, and hides what it returned if that is sensitive.
func (j *job) observe(rec *flow.Record) {
	j.conceal(rec.Step, rec.Output)
	j.inside(rec.Flow.Name).metrics.ObserveAction(rec)
}

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
