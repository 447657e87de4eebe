package run

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/flow"
)

// CountStep counts a step in the metrics.
func (s *Scope) CountStep(rec *flow.Record) {
	s.endpointOf(rec.Flow.Name).Metrics.ObserveAction(rec)
	if rec.PassedOver {
		s.Endpoint.Log.Warn("action failed and is passed over", append([]zap.Field{zap.String("run", s.ID)}, s.ErrorFields(rec.Err)...)...)
	}
}

// LogRun writes the log line of a run that ended. status is 0 if no caller waits.
func (s *Scope) LogRun(out *flow.Outcome, status int, took time.Duration) {
	level := zapcore.InfoLevel
	if out.State == flow.Failed {
		level = zapcore.ErrorLevel
	}
	line := s.Endpoint.Log.Check(level, "run")
	if line == nil {
		return
	}
	fields := make([]zap.Field, 0, 5)
	fields = append(fields, zap.String("run", s.ID), zap.String("state", string(out.State)))
	if status != 0 {
		fields = append(fields, zap.Int("status", status))
	}
	fields = append(fields, zap.Duration("took", took))
	if s.Span.Sampled() {
		fields = append(fields, zap.Stringer("trace_id", s.Span.Context().Trace))
	}
	if out.Message != "" {
		fields = append(fields, zap.String("message", s.RedactText(out.Message)))
	}
	if out.Err != nil {
		fields = append(fields, s.ErrorFields(out.Err)...)
	}
	line.Write(fields...)
}

// LogRetry logs that an attempt of an action failed and another follows.
func (s *Scope) LogRetry(c *flow.Call, e *flow.Error, wait time.Duration) {
	fields := []zap.Field{zap.String("run", s.ID), zap.Int("attempt", c.Attempt), zap.Duration("after", wait)}
	s.Endpoint.Log.Warn("action is tried again", append(fields, s.ErrorFields(e)...)...)
}

// ErrorFields describes the error of a run.
func (s *Scope) ErrorFields(e *flow.Error) []zap.Field {
	fields := []zap.Field{zap.String("action", e.Action), zap.String("error", s.RedactText(e.RedactedMessage())), zap.String("class", string(e.Class)), zap.String("at", e.Range.String())}
	if e.Class == flow.Internal && e.Err != nil && !e.Sensitive {
		fields = append(fields, zap.String("cause", s.RedactText(e.Err.Error())))
	}
	return fields
}

// Log writes a line of action "log". Its values are members of "fields", so that
// they cannot replace fields of the gateway.
func (s *Scope) Log(action, level, message string, values map[string]any) {
	lvl, err := zapcore.ParseLevel(level)
	if err != nil {
		lvl = zapcore.InfoLevel
	}
	if !s.Endpoint.Log.Core().Enabled(lvl) {
		return
	}
	line := s.Endpoint.Log.Check(lvl, s.RedactText(message))
	if line == nil {
		return
	}
	fields := []zap.Field{zap.String("run", s.ID), zap.String("action", action)}
	if len(values) > 0 {
		fields = append(fields, zap.Any("fields", s.redactValue(values)))
	}
	line.Write(fields...)
}
