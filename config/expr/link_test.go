package expr_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/expr"
)

// linkEnv is a run in which links can be made.
type linkEnv struct{ env }

func (linkEnv) MakeLink(flow, email string) (string, error) {
	return "https://hooks.example.com/" + flow + "?c=" + email, nil
}

// TestLinkURL: link_url asks the run for the link, and fails where no run can
// make one.
func TestLinkURL(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`link_url("offer", webhook.sku)`:                 "https://hooks.example.com/offer?c=L-1",
		`"see ${upper(link_url("offer", webhook.sku))}"`: "see HTTPS://HOOKS.EXAMPLE.COM/OFFER?C=L-1",
		`link_url("offer", "jane@example.com")`:          "https://hooks.example.com/offer?c=jane@example.com",
		`"to ${link_url("a", "b")} and ${webhook.sku}"`:  "to https://hooks.example.com/a?c=b and L-1",
		`webhook.sku == "" ? "" : link_url("a", "b")`:    "https://hooks.example.com/a?c=b",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			src, diags := hclsyntax.ParseExpression([]byte(source), "test.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			e, diags := expr.Compile(src, scope().WithLinks(), expr.CtyType[string]())
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			run := env{"webhook": map[string]any{"sku": "L-1"}}
			text := expr.Bind[string](e)
			if got, err := text.Eval(t.Context(), linkEnv{run}); err != nil || got != want {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
			if got, err := text.Eval(t.Context(), run); err == nil {
				t.Errorf("got %q without a maker of links", got)
			}
		})
	}
}
