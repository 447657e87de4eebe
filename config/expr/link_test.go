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
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			src, diags := hclsyntax.ParseExpression([]byte(source), "test.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			e, diags := expr.Compile(src, scope(), expr.CtyType[string]())
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
