package httpserver

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// connectionLog returns a log for the lines of net/http, which are about
// connection errors that callers cause. The lines differ in addresses, so they
// get one common message, by which a sampler can bound them.
func connectionLog(log *zap.Logger) *zap.Logger {
	return log.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core { return &connectionCore{c} }))
}

type connectionCore struct{ zapcore.Core }

func (c *connectionCore) With(fields []zapcore.Field) zapcore.Core {
	return &connectionCore{c.Core.With(fields)}
}

func (c *connectionCore) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !c.Enabled(e.Level) {
		return ce
	}
	return ce.AddCore(e, c)
}

func (c *connectionCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	detail := e.Message
	e.Message = "connection error"
	if ce := c.Core.Check(e, nil); ce != nil {
		ce.Write(append(fields, zap.String("detail", detail))...)
	}
	return nil
}
