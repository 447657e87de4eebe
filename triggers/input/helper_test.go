package input_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/expr/funcs"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// testScope holds the names that a variable of a webhook may read.
func testScope() *expr.Scope {
	sensitive := func(text string) cty.Value { return cty.StringVal(text).Mark(expr.Sensitive) }
	values := map[string]cty.Value{
		"secret": cty.ObjectVal(map[string]cty.Value{
			"key": sensitive("correct-horse-battery"), "unset": cty.UnknownVal(cty.String).Mark(expr.Sensitive),
		}),
		"local": cty.ObjectVal(map[string]cty.Value{"mode": cty.StringVal("sync"), "unset": cty.UnknownVal(cty.Number)}),
	}
	request := cty.Object(map[string]cty.Type{
		"body": cty.DynamicPseudoType, "query": cty.DynamicPseudoType, "headers": cty.Map(cty.String),
		"path": cty.Object(map[string]cty.Type{"region": cty.String}), "method": cty.String,
	})
	return expr.NewScope(values, funcs.Table(funcs.Options{}), clock.System{}).With(input.RequestRoot, request)
}

// decode decodes the block of variable "v", whose body begins at line 2.
func decode(t *testing.T, body string) (*input.Variable, hcl.Diagnostics) {
	t.Helper()
	f, diags := hclsyntax.ParseConfig([]byte("variable \"v\" {\n"+body+"\n}\n"), "test.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v in\n%s", diags, body)
	}
	v := input.ForRequest()
	return v, schema.Decode(&schema.Context{Scope: testScope()}, v, f.Body.(*hclsyntax.Body).Blocks[0])
}

// wantError fails unless the diagnostics hold exactly one error, at a line and
// with a text.
func wantError(t *testing.T, diags hcl.Diagnostics, line int, text string) {
	t.Helper()
	if len(diags.Errs()) != 1 || len(diags) != 1 {
		t.Fatalf("want one error with %q: %v", text, diags)
	}
	if got := diags[0].Summary + ": " + diags[0].Detail; !strings.Contains(got, text) {
		t.Errorf("error %q, want %q in it", got, text)
	}
	if diags[0].Subject.Start.Line != line {
		t.Errorf("error at line %d, want %d: %v", diags[0].Subject.Start.Line, line, diags[0])
	}
}
