package acme

import (
	"context"
	"errors"
	"slices"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// newLog returns a log for the library. Its steps are debug lines, results and
// failures keep their levels, and an attempt that a stop or a reload ends is no
// failure.
func newLog(l *zap.Logger) *zap.Logger {
	return l.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core { return libraryCore{c} })).With(zap.String("part", "acme"))
}

// libraryCore changes the lines of the library before they reach a core.
type libraryCore struct{ zapcore.Core }

// With implements zapcore.Core.
func (c libraryCore) With(fields []zapcore.Field) zapcore.Core {
	return libraryCore{c.Core.With(fields)}
}

// Check implements zapcore.Core.
func (c libraryCore) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !c.Enabled(e.Level) {
		return checked
	}
	return checked.AddCore(e, c)
}

// Write implements zapcore.Core.
func (c libraryCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	if slices.ContainsFunc(fields, isCanceled) {
		return nil
	}
	if e.Level == zapcore.InfoLevel && !isResult(e.Message) {
		e.Level = zapcore.DebugLevel
	}
	if checked := c.Core.Check(e, nil); checked != nil {
		checked.Write(fields...)
	}
	return nil
}

func isResult(message string) bool {
	return message == "certificate obtained successfully" || message == "certificate renewed successfully"
}

func isCanceled(f zapcore.Field) bool {
	err, ok := f.Interface.(error)
	return ok && errors.Is(err, context.Canceled)
}
