package telemetry

import (
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/internal/redact"
)

// Log is the gateway's log: one line for each run and each refusal. Texts that
// come from a request or a flow must be redacted before they are logged. Bodies
// and headers of requests are never logged.
type Log struct {
	*zap.Logger
	// Sampled is for lines that any caller can cause.
	Sampled *zap.Logger
	secrets atomic.Pointer[redact.Redactor]
}

// linesPerSecond is the number of lines with one message that the sampled log
// takes in a second. Of further ones it takes one in a hundred.
const linesPerSecond = 100

// NewLog returns a log that writes to l.
func NewLog(l *zap.Logger) *Log {
	out := &Log{Logger: l, Sampled: l.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core {
		if !c.Enabled(zapcore.FatalLevel) {
			return c // it takes nothing, as in tests of flows: its counters would cost half a megabyte
		}
		return zapcore.NewSamplerWithOptions(c, time.Second, linesPerSecond, 100)
	}))}
	out.SetSecrets(redact.New(nil))
	return out
}

// SetSecrets sets the secrets of the configuration that serves, for lines that
// belong to no request. A request has the secrets of its own configuration.
func (l *Log) SetSecrets(r *redact.Redactor) { l.secrets.Store(r) }

// Redact takes the secrets out of a text.
func (l *Log) Redact(text string) string { return l.secrets.Load().Text(text) }
