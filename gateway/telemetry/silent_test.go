package telemetry_test

import (
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/gateway/telemetry"
)

// TestSilentLog: a log that takes nothing has no counters of lines, which keeps tests
// of flows cheap.
func TestSilentLog(t *testing.T) {
	t.Parallel()
	if core := telemetry.NewLog(zap.NewNop()).Sampled.Core(); core != zapcore.NewNopCore() {
		t.Errorf("it samples by a %T", core)
	}
}
