package gateway

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/flow"
)

// countStep counts a step in the metrics, and redacts its output if the action is
// sensitive.
func (j *job) countStep(rec *flow.Record) {
	j.redactOutput(rec.Step, rec.Output)
	j.endpointOf(rec.Flow.Name).Metrics.ObserveAction(rec)
}

// logRun writes the log line of a run that ended. status is 0 if no caller waits.
func (j *job) logRun(out *flow.Outcome, status int, took time.Duration) {
	level := zapcore.InfoLevel
	if out.State == flow.Failed {
		level = zapcore.ErrorLevel
	}
	line := j.endpoint.Log.Check(level, "run")
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
		fields = append(fields, zap.String("message", j.redactText(out.Message)))
	}
	if out.Err != nil {
		fields = append(fields, j.errorFields(out.Err)...)
	}
	line.Write(fields...)
}

// LogRetry logs that an attempt of an action failed and another follows.
func (j *job) LogRetry(c *flow.Call, e *flow.Error, wait time.Duration) {
	fields := []zap.Field{zap.String("run", j.id), zap.Int("attempt", c.Attempt), zap.Duration("after", wait)}
	j.endpoint.Log.Warn("action is tried again", append(fields, j.errorFields(e)...)...)
}

// errorFields describes the error of a run.
func (j *job) errorFields(e *flow.Error) []zap.Field {
	fields := []zap.Field{zap.String("action", e.Action), zap.String("error", j.redactText(e.Shown())), zap.String("class", string(e.Class)), zap.String("at", e.Range.String())}
	if e.Class == flow.Internal && e.Err != nil && !e.Sensitive {
		fields = append(fields, zap.String("cause", j.redactText(e.Err.Error())))
	}
	return fields
}

// Log writes a line of action "log". Its values are members of "fields", so that
// they cannot replace fields of the gateway.
func (j *job) Log(action, level, message string, values map[string]any) {
	lvl, err := zapcore.ParseLevel(level)
	if err != nil {
		lvl = zapcore.InfoLevel
	}
	if !j.endpoint.Log.Core().Enabled(lvl) {
		return
	}
	line := j.endpoint.Log.Check(lvl, j.redactText(message))
	if line == nil {
		return
	}
	fields := []zap.Field{zap.String("run", j.id), zap.String("action", action)}
	if len(values) > 0 {
		fields = append(fields, zap.Any("fields", j.redactValue(values)))
	}
	line.Write(fields...)
}
