package expr

import (
	"context"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/config/expr/funcs"
)

// Revealer is an Env that hides sensitive values of its run. Reveal takes a value
// that the file passes to nonsensitive, and which may be shown from now on.
type Revealer interface {
	Reveal(v any)
}

// revealNode is the fast tier of nonsensitive(value).
type revealNode struct{ inner node }

func (n revealNode) eval(ctx context.Context, env Env) (any, bool) {
	v, ok := n.inner.eval(ctx, env)
	if r, is := env.(Revealer); is && ok {
		r.Reveal(v)
	}
	return v, ok
}

// compileReveal compiles nonsensitive(value) to the tier of the value.
func (e *Expr) compileReveal(arg hclsyntax.Expression, s *Scope, jq jqPrograms) hcl.Diagnostics {
	inner, diags := s.compileExpr(arg, jq)
	if diags.HasErrors() {
		return diags
	}
	if fast := inner.form.Load().fast; fast != nil {
		e.setFast(inner.tier, revealNode{fast})
	}
	return diags
}

// nonsensitiveArgument returns the argument of a call of nonsensitive, nil for any
// other expression.
func nonsensitiveArgument(e hcl.Expression) hclsyntax.Expression {
	call, ok := e.(*hclsyntax.FunctionCallExpr)
	if !ok || call.Name != funcs.Nonsensitive || len(call.Args) != 1 || call.ExpandFinal {
		return nil
	}
	return call.Args[0]
}

// newRevealFunction returns the function nonsensitive of a run.
func newRevealFunction(r Revealer) function.Function {
	return funcs.NonsensitiveFunction(func(v cty.Value) error {
		plain, err := FromCty(v)
		if err == nil {
			r.Reveal(plain)
		}
		return err
	})
}
