package examples_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/flowtest"
	"github.com/webhook-gateway/gateway/triggers"
)

// TestOwnTests: the tests beside the examples pass.
func TestOwnTests(t *testing.T) {
	t.Parallel()
	r, diags := flowtest.Run(t.Context(), flowtest.Options{
		FS: os.DirFS("../../.."), Paths: []load.Path{{Dir: "examples/flows"}}, Version: "test",
		Kinds: flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())}, Connections: actions.Connections(),
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if len(r.Results) < 8 {
		t.Errorf("%d tests", len(r.Results))
	}
	if r.Failed() > 0 {
		var out bytes.Buffer
		if err := r.WriteText(&out, flowtest.TextOptions{}); err != nil {
			t.Fatal(err)
		}
		t.Error(out.String())
	}
}
