package load_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/config/load"
)

// manyFlows returns files with a flow each, of three actions.
func manyFlows(n int) fstest.MapFS {
	files := fstest.MapFS{"flows/constants.hcl": text(usualConstants)}
	for i := range n {
		files[fmt.Sprintf("flows/%03d.hcl", i)] = text(fmt.Sprintf(usualFlow, i))
	}
	return files
}

// TestLoadCompilesWhatChanged: an edit compiles the flow that it concerns, or those
// that name what it changes, and the others stay the same flows.
func TestLoadCompilesWhatChanged(t *testing.T) {
	t.Parallel()
	const n = 20
	files := manyFlows(n)
	files["flows/x.hcl"] = text("locals { limit = 1 }\nflow \"callee\" {\n  trigger \"flow\" {}\n}\n")
	files["flows/y.hcl"] = text("flow \"caller\" {\n  trigger \"flow\" {}\n  action \"flow\" \"call\" { flow = \"callee\" }\n}\n")
	o := options(files, "flows")
	o.Unset = load.RequireSet
	l := load.NewLoader(o)
	for _, c := range []struct {
		name, file, text string
		compiled         int
	}{
		{"at first", "flows/x.hcl", string(files["flows/x.hcl"].Data), n + 2},
		{"nothing", "flows/x.hcl", string(files["flows/x.hcl"].Data), 0},
		{"a line of a flow", "flows/003.hcl", fmt.Sprintf(usualFlow, 300), 1},
		{"a local that nothing names", "flows/x.hcl", "locals { limit = 2 }\nflow \"callee\" {\n  trigger \"flow\" {}\n}\n", 0},
		{"a called flow", "flows/x.hcl", "locals { limit = 2 }\nflow \"callee\" {\n  label = \"x\"\n  trigger \"flow\" {}\n}\n", 2},
		{"a syntax error", "flows/y.hcl", "flow {{", 0},
		{"the error is mended", "flows/y.hcl", string(files["flows/y.hcl"].Data), 0},
		{"a local that all name", "flows/constants.hcl", "locals { owner = \"Stuhlladen\" }\n" + usualConstants[len("locals { owner = \"Lampenladen\" }\n"):], n},
	} {
		files[c.file] = text(c.text)
		_, _ = l.Load() // one of them is wrong
		if l.Compiled() != c.compiled {
			t.Errorf("%s: %d flows were compiled, want %d", c.name, l.Compiled(), c.compiled)
		}
	}
}

// TestLoadAnnouncesManyFlows: a load that compiles many flows says so, once, until it
// ends, and a load of one of them does not.
func TestLoadAnnouncesManyFlows(t *testing.T) {
	t.Parallel()
	var flows strings.Builder
	for i := range 600 {
		fmt.Fprintf(&flows, "flow \"f%d\" {\n  trigger \"flow\" {}\n}\n", i)
	}
	files := fstest.MapFS{"flows/many.hcl": text(flows.String())}
	began, ended := 0, 0
	var steps atomic.Int64
	o := options(files, "flows")
	o.Bulk = func(flows int) (step, end func()) {
		began++
		if flows != 600 {
			t.Errorf("the load is said to have %d flows, want 600", flows)
		}
		return func() { steps.Add(1) }, func() { ended++ }
	}
	l := load.NewLoader(o)
	mustReload(t, l)
	if steps.Load() != 600 {
		t.Errorf("%d steps, want one for each of 600 flows", steps.Load())
	}
	if began != 1 || ended != 1 {
		t.Errorf("the load of all flows began and ended %d and %d times, want once", began, ended)
	}
	files["flows/one.hcl"] = text("flow \"one\" {\n  trigger \"flow\" {}\n}\n")
	mustReload(t, l)
	if began != 1 || ended != 1 {
		t.Errorf("after the load of one flow, loads of many began and ended %d and %d times, want once", began, ended)
	}
	if l.Compiled() != 1 {
		t.Errorf("%d flows were compiled, want 1", l.Compiled())
	}
}

// TestMemoryOfLoads: a flow takes little memory, and loads leave nothing behind. It
// does not run at the same time as others.
func TestMemoryOfLoads(t *testing.T) {
	const (
		n         = 300
		maxOfFlow = 18 << 10
		maxGrowth = 512 << 10 // of all flows
		manyLoads = 30
	)
	files := manyFlows(n)
	o := options(files, "flows")
	o.Unset = load.RequireSet
	l := load.NewLoader(o)
	before := aliveBytes()
	c := mustReload(t, l)
	first := aliveBytes()
	if perFlow := (first - before) / n; perFlow > maxOfFlow {
		t.Errorf("a flow takes %d bytes, want at most %d", perFlow, maxOfFlow)
	}
	for i := range manyLoads {
		files["flows/000.hcl"] = text(fmt.Sprintf(usualFlow, 1000+i))
		c = mustReload(t, l)
	}
	if grown := aliveBytes() - first; grown > maxGrowth {
		t.Errorf("after %d loads %d bytes more are alive, want at most %d", manyLoads, grown, maxGrowth)
	}
	runtime.KeepAlive(c)
	runtime.KeepAlive(l)
}

func mustReload(t *testing.T, l *load.Loader) *load.Config {
	t.Helper()
	c, diags := l.Load()
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return c
}

// aliveBytes collects garbage and returns what is left.
func aliveBytes() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // far from 2^63
}
