package load

import (
	"fmt"
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
			o := Options{
				Clock: clock.System{}, FS: files, Paths: []Path{{Dir: "flows"}},
				Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
			}
			if _, _, ok := NewLoader(o).loadOnce(true); ok != c.sketches {
				t.Errorf("the sketched load came to its end: %v, want %v", ok, c.sketches)
			}
			_, parsed, _ := NewLoader(o).loadOnce(false)
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
