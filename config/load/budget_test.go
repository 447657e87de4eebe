package load_test

import (
	"fmt"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// TestLoadBudget bounds what loading a usual flow allocates, and what it keeps while no
// run needs it. A gateway of ten thousand flows starts as fast as this, and needs as
// much memory.
func TestLoadBudget(t *testing.T) { //nolint:paralleltest // it counts what the process allocates
	if racetest.On {
		t.Skip("the race detector allocates too")
	}
	const (
		flows     = 300
		maxPieces = 2900
		maxBytes  = 190 << 10
		maxKept   = 17 << 10
	)
	fsys := fstest.MapFS{"flows/constants.hcl": text(usualConstants)}
	for i := range flows {
		fsys[fmt.Sprintf("flows/%d.hcl", i)] = text(fmt.Sprintf(usualFlow, i))
	}
	o := options(fsys, "flows")
	o.Unset = load.RequireSet
	var before, loaded, idle runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c, diags := load.Files(o)
	runtime.ReadMemStats(&loaded)
	runtime.GC()
	runtime.ReadMemStats(&idle)
	if len(diags) > 0 || len(c.Flows) != flows {
		t.Fatalf("%d flows, findings: %v", len(c.Flows), diags)
	}
	pieces, bytes := (loaded.Mallocs-before.Mallocs)/flows, (loaded.TotalAlloc-before.TotalAlloc)/flows
	if pieces > maxPieces || bytes > maxBytes {
		t.Errorf("loading a flow allocates %d bytes in %d pieces, more than %d in %d", bytes, pieces, maxBytes, maxPieces)
	}
	if kept := int64(idle.HeapAlloc-before.HeapAlloc) / flows; kept > maxKept {
		t.Errorf("an idle flow keeps %d bytes, more than %d", kept, maxKept)
	}
	t.Logf("%d bytes in %d pieces, of which %d stay", bytes, pieces, int64(idle.HeapAlloc-before.HeapAlloc)/flows)
	runtime.KeepAlive(c)
}
