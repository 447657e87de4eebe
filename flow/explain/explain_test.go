package explain_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flow/explain"
	"github.com/webhook-gateway/gateway/flow/outline"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/triggers"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func explanations(t *testing.T, dir string) []*explain.Explanation {
	t.Helper()
	loaded, diags := load.Files(load.Options{
		FS: os.DirFS(dir), Paths: []load.Path{{Dir: "."}}, Clock: clock.System{}, Unset: load.AllowUnset,
		Kinds:       flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())},
		Connections: actions.Connections(),
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var out []*explain.Explanation
	for _, f := range loaded.Flows {
		o, err := outline.Of(f, loaded.Files, outline.Options{})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, explain.Of(o))
	}
	return out
}

// TestExamples compares the explanations of some examples with their golden files,
// and checks that those of all examples are whole sentences.
func TestExamples(t *testing.T) {
	t.Parallel()
	golden := map[string]bool{
		"shop_order": true, "payment_callback": true, "github_push": true, "nightly_sync": true, "catalog_pages": true,
		"keep_customer": true, "slack_events": true, "contact_form": true,
	}
	all := explanations(t, "../../examples/flows")
	for _, x := range all {
		text := x.Text()
		for _, wrong := range []string{" .\n", "  .", ": .", "%!", "..\n", "the action  "} {
			if strings.Contains(text, wrong) {
				t.Errorf("flow %s: %q in\n%s", x.Flow, wrong, text)
			}
		}
		if golden[x.Flow] {
			delete(golden, x.Flow)
			compareGolden(t, x.Flow, text)
		}
	}
	if len(golden) > 0 {
		t.Errorf("flows that are not among the examples: %v", golden)
	}
}

func TestAll(t *testing.T) {
	t.Parallel()
	for _, x := range explanations(t, "../graph/testdata/flows") {
		compareGolden(t, x.Flow, x.Text())
	}
}

func compareGolden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path) //nolint:gosec // a file of the test
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), text); d != "" {
		t.Errorf("%s (-want +got); -update rewrites it:\n%s", name, d)
	}
}
