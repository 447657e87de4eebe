// Package logging makes the log of the process: lines for people or JSON for
// machines.
package logging

import (
	"fmt"
	"io"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// New returns a log that writes to w, one line at a time. The format is "text",
// for people:
//
//	2026-03-01 12:00:01.250+01:00 INFO  run flow=orders run=01jh… state=succeeded status=200 took=3.1ms
//
// or "json", for machines: an object a line with ts (RFC 3339, UTC), level,
// msg, and the same fields, where durations are numbers of seconds. The level
// is "debug", "info", "warn" or "error"; less urgent lines are dropped.
func New(w io.Writer, format, level string) (*zap.Logger, error) {
	var least zapcore.Level
	switch level {
	case "debug", "info", "warn", "error":
		least, _ = zapcore.ParseLevel(level)
	default:
		return nil, fmt.Errorf("unknown log level %q: use debug, info, warn or error", level)
	}
	out := zapcore.Lock(zapcore.AddSync(w))
	switch format {
	case "text":
		return zap.New(&textCore{LevelEnabler: least, out: out}), nil
	case "json":
		return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(jsonEncoding()), out, least)), nil
	}
	return nil, fmt.Errorf("unknown log format %q: use text or json", format)
}

// jsonEncoding names the fields of lines in JSON.
func jsonEncoding() zapcore.EncoderConfig {
	return zapcore.EncoderConfig{
		TimeKey: "ts", LevelKey: "level", MessageKey: "msg", StacktraceKey: "stack",
		EncodeTime: func(t time.Time, out zapcore.PrimitiveArrayEncoder) {
			out.AppendString(t.UTC().Format("2006-01-02T15:04:05.000Z"))
		},
		EncodeLevel:    zapcore.LowercaseLevelEncoder,
		EncodeDuration: zapcore.SecondsDurationEncoder,
	}
}
