package load

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/triggers"
)

// TestSketchedLoad: a load of many files finds the same as one that parses all files
// first, with and without mistakes in one of them.
func TestSketchedLoad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text     string
		sketches bool // the first load with sketches comes to its end
	}{
		"correct":         {"flow \"x\" {\n  trigger \"flow\" {}\n  action \"flow\" \"call\" { flow = \"f7\" }\n}\n", true},
		"an unknown name": {"flow \"x\" {\n  trigger \"flow\" {}\n  action \"log\" \"say\" { message = local.nothing }\n}\n", true},
		"named twice":     {"flow \"f7\" {\n  trigger \"flow\" {}\n}\n", true},
		"wrong syntax":    {"flow \"x\" {\n  trigger \"flow\" {}\n  action \"log\" \"say\" { message = (1 + }\n}\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{"flows/globals.hcl": {Data: []byte("locals { word = \"x\" }\n")}, "flows/x.hcl": {Data: []byte(c.text)}}
			for i := range bulkFlows {
				files[fmt.Sprintf("flows/f%d.hcl", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "flow \"f%d\" {\n  trigger \"flow\" {}\n}\n", i)}
			}
			var began, ended atomic.Int64
			o := Options{
				Bulk: func(int) (step, end func()) {
					began.Add(1)
					return func() {}, func() { ended.Add(1) }
				},
				Clock: clock.System{}, FS: files, Paths: []Path{{Dir: "flows"}},
				Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
			}
			if first, _ := NewLoader(o).loadOnce(); (first != nil) != c.sketches {
				t.Errorf("the sketched load came to its end: %v, want %v", first != nil, c.sketches)
			}
			if began.Load() != 1 || ended.Load() != 1 {
				t.Errorf("the load of many began and ended %d and %d times, want once", began.Load(), ended.Load())
			}
			whole := NewLoader(o)
			whole.parseAll = true
			_, parsed := whole.Load()
			loader := NewLoader(o)
			for range 2 { // the second load is one by difference
				c, sketched := loader.Load()
				if d := cmp.Diff(describeFindings(parsed), describeFindings(sketched)); d != "" {
					t.Errorf("findings (-parsed +sketched):\n%s", d)
				}
				if !parsed.HasErrors() && len(c.Flows) != bulkFlows+1 {
					t.Errorf("%d flows, want %d", len(c.Flows), bulkFlows+1)
				}
			}
		})
	}
}

func describeFindings(diags hcl.Diagnostics) []string {
	var out []string
	for _, d := range diags {
		out = append(out, fmt.Sprintf("%s: %s (%v)", d.Summary, d.Detail, d.Subject))
	}
	return out
}

// TestNamesFlow: a call is found before its flow is parsed, so that the called flow is
// compiled first.
func TestNamesFlow(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"flow = \"other\"\n":                  true,
		"flow /* the lookup */ = \"other\"\n": true,
		"flow_name = \"other\"\n":             false,
		"text = \"flow = other\"\n":           false,
	} {
		if _, got := scanFlow([]byte(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestMistakenFile: of the files of many flows, the one with a syntax error is parsed
// once, and the others are read once and stay sketched.
func TestMistakenFile(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"flows/x.hcl": {Data: []byte("flow \"x\" {\n  label = (1 + \n}\n")}}
	for i := range bulkFlows {
		files[fmt.Sprintf("flows/f%d.hcl", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "flow \"f%d\" {\n  trigger \"flow\" {}\n}\n", i)}
	}
	loader := NewLoader(Options{Clock: clock.System{}, FS: files, Paths: []Path{{Dir: "flows"}}, Kinds: flow.Kinds{Triggers: triggers.All(auth.All())}})
	for range 2 {
		if _, diags := loader.Load(); len(diags) != 1 {
			t.Errorf("findings: %v, want one", describeFindings(diags))
		}
	}
	sketched := 0
	for _, f := range loader.files {
		if f.sketched {
			sketched++
		}
	}
	if sketched != bulkFlows {
		t.Errorf("%d files are sketched, want %d", sketched, bulkFlows)
	}
	files["flows/x.hcl"].Data = []byte("flow \"x\" {\n  trigger \"flow\" {}\n}\n")
	if c, diags := loader.Load(); len(diags) != 0 || len(c.Flows) != bulkFlows+1 {
		t.Errorf("after the mistake is mended there are %d flows and findings %v", len(c.Flows), describeFindings(diags))
	}
}
