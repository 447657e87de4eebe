package input

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// evalConstant returns the value of an expression that is constant at load and
// holds no secret. known is false after an error, and if the value depends on a
// setting that is not set.
func evalConstant(c *schema.Context, e hcl.Expression) (v any, known bool, diags hcl.Diagnostics) {
	compiled, diags := expr.Compile(e, c.Scope, cty.DynamicPseudoType)
	if diags.HasErrors() {
		return nil, false, diags
	}
	if refs := compiled.Refs(); len(refs) > 0 {
		return nil, false, append(diags, diag.Error(e.Range(), "Value not fixed", fmt.Sprintf(
			"This is read when the file is loaded, so it can't depend on %s, which differs from run to run.", refs[0].Root)))
	}
	if compiled.Sensitive() {
		return nil, false, append(diags, diag.Error(e.Range(), "Secret in a variable",
			"Callers and the run history can see the settings of a variable, so they can't come from a secret."))
	}
	v, known = compiled.Constant()
	return v, known, diags
}

// publicAttr declares an attribute of a variable that callers may see. Null is
// the same as leaving it out.
func publicAttr[T any](s *schema.Spec, v *Variable, dst *T, name, typ, doc string, options ...schema.Option) {
	schema.Func(s, name, typ, doc, func(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
		given, known, diags := evalConstant(c, a.Expr)
		if !known {
			v.isUnknown = true
		}
		if !known || given == nil {
			return diags
		}
		out, err := expr.Convert[T](given)
		if err != nil {
			return append(diags, diag.Error(a.Expr.Range(), fmt.Sprintf("Wrong value for %q", name), diag.Sentence(err)))
		}
		*dst = out
		return diags
	}, options...)
}
