package flowtest

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// TestMockExamples: the mocks of the reference are valid, and say something.
func TestMockExamples(t *testing.T) {
	t.Parallel()
	count := 0
	for _, k := range actions.All() {
		text := MockExample(k)
		if text == "" {
			continue
		}
		count++
		f, diags := hclsyntax.ParseConfig([]byte(text), k.Name, hcl.InitialPos)
		if diags.HasErrors() {
			t.Errorf("%s: %v in %s", k.Name, diags, text)
			continue
		}
		body, ok := f.Body.(*hclsyntax.Body)
		if !ok || len(body.Blocks) != 1 || len(body.Blocks[0].Body.Attributes) == 0 {
			t.Errorf("%s: no mock with attributes: %s", k.Name, text)
			continue
		}
		m := &mock{kind: k.Name, spec: schema.SpecOf(actions.All(), k.Name), http: k.New().Traits().Exchanges}
		scope := expr.NewScope(nil, funcs.Table(funcs.Options{}), clock.System{})
		if _, diags := schema.DecodeSpec(&schema.Context{Scope: scope}, schema.Describe(m), body.Blocks[0], 1); diags.HasErrors() {
			t.Errorf("%s: %v in %s", k.Name, diags, text)
		}
	}
	if count < 8 {
		t.Errorf("%d kinds have a mock", count)
	}
}
