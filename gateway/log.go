package gateway

import (
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

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
