package examples_test

import (
	"os"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
	"github.com/webhook-gateway/gateway/triggers"
)

// raceShare is the share of the mutants that run with the race detector, one of so
// many.
const raceShare = 10

// survivors are the mutants that no test can tell from the flow, by their names,
// with the reason. There are none so far.
var survivors = map[string]string{}

// TestMutants: the tests of the examples notice what changes a flow. Each mutant is
// refused by the language, or fails a test of its folder.
func TestMutants(t *testing.T) {
	t.Parallel()
	found, diags := load.Find(os.DirFS("../../.."), []load.Path{{Dir: "examples/flows"}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var count, refused atomic.Int64
	t.Cleanup(func() {
		t.Logf("%d mutants, of which the language refuses %d", count.Load(), refused.Load())
		if count.Load() < 100 && !racetest.On {
			t.Errorf("only %d mutants", count.Load())
		}
	})
	for _, p := range found.Files {
		if path.Base(path.Dir(p.Dir)) == "flows" {
			continue // settings of the gateway
		}
		t.Run(path.Base(p.Dir), func(t *testing.T) {
			t.Parallel()
			files := filesBeside(t, p.Dir)
			src, body, diags := load.ParseFile(files, p)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			for i, m := range mutantsOf(src, body) {
				if racetest.On && i%raceShare != 0 {
					continue
				}
				count.Add(1)
				if judgeMutant(t, files, p.Dir, m) {
					refused.Add(1)
				}
			}
		})
	}
}

// judgeMutant runs the tests of the folder with a mutant. refused is true if the
// language refuses it.
func judgeMutant(t *testing.T, files fstest.MapFS, name string, m mutant) (refused bool) {
	t.Helper()
	changed := fstest.MapFS{}
	for n, f := range files {
		changed[n] = f
	}
	changed[name] = &fstest.MapFile{Data: m.src}
	r, diags := flowtest.Run(t.Context(), flowtest.Options{
		FS: changed, Paths: []load.Path{{Dir: "examples/flows"}}, Version: "test", Parallel: 1,
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())}, Connections: actions.Connections(),
	})
	reason, survives := survivors[m.name]
	switch killed := diags.HasErrors() || r.Failed() > 0; {
	case !killed && !survives:
		t.Errorf("no test notices: %s", m.name)
	case killed && survives:
		t.Errorf("a test notices %q, which is said to survive because %s", m.name, reason)
	}
	return diags.HasErrors()
}

// filesBeside returns the files of the folder of a flow file, with the settings of
// the gateway.
func filesBeside(t *testing.T, name string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	root := os.DirFS("../../..").(interface {
		ReadFile(name string) ([]byte, error)
	})
	names := []string{"examples/flows/gateway.hcl"}
	for _, folder := range []string{path.Dir(name), path.Join(path.Dir(name), "samples")} {
		entries, err := os.ReadDir(path.Join("../../..", folder))
		if err != nil && !strings.HasSuffix(folder, "samples") {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !e.IsDir() {
				names = append(names, path.Join(folder, e.Name()))
			}
		}
	}
	slices.Sort(names)
	for _, n := range names {
		data, err := root.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		out[n] = &fstest.MapFile{Data: data}
	}
	return out
}
