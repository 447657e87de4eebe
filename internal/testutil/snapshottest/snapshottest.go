// Package snapshottest puts flow files into service for tests of packages that
// work on snapshots.
package snapshottest

import (
	"testing"
	"testing/fstest"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/triggers"
)

var key = []byte("0123456789abcdef")

// NewEnv returns the parts of a process that log nothing.
func NewEnv() run.Env {
	memory := &run.Memory{}
	memory.SetLimit(1 << 30)
	return run.Env{
		Clock: clock.System{}, Log: telemetry.NewLog(zap.NewNop()), Sealer: redact.NewSealer(key),
		Abandoned: run.NewAbandoned(&run.Slots{}, func() {}), Memory: memory,
	}
}

// Serve returns a holder of the snapshot of a flow file, which is closed when
// the test ends.
func Serve(t *testing.T, file string) *snapshot.Holder {
	t.Helper()
	return ServeCounted(t, file, telemetry.NewMetrics("", clock.System{}, func() int64 { return 0 }))
}

// ServeCounted is Serve with metrics.
func ServeCounted(t *testing.T, file string, m *telemetry.Metrics) *snapshot.Holder {
	t.Helper()
	config, diags := load.Files(load.Options{
		Clock: clock.System{},
		FS:    fstest.MapFS{"f.hcl": {Data: []byte(file)}}, Paths: []load.Path{{Dir: "f.hcl"}},
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	snap, err := snapshot.NewOpener(snapshot.Options{
		Key: key, HasStore: true, Log: telemetry.NewLog(zap.NewNop()), Metrics: m,
		Settings: flow.Settings{Clock: clock.System{}},
	}).Open(config)
	if err != nil {
		t.Fatal(err)
	}
	holder := &snapshot.Holder{}
	holder.Swap(snap)
	t.Cleanup(func() { holder.Swap(nil) })
	return holder
}
