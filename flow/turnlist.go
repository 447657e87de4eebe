package flow

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// IterationActions declares the list of an action that makes turns of it. The names
// in roots are known in the list, and not in what is declared after it.
func IterationActions(s *schema.Spec, dst *List, roots map[string]cty.Type) {
	inTurns(s, roots, func() { Actions(s, dst) })
}

// inTurns declares what stands inside of an action that makes turns.
func inTurns(s *schema.Spec, roots map[string]cty.Type, declare func()) {
	var around *expr.Scope
	s.Then(func(c *schema.Context) {
		around = c.Scope
		for name, t := range roots {
			c.Scope = c.Scope.With(name, t)
		}
		c.Owner.(*compiler).turns++
	})
	declare()
	s.Then(func(c *schema.Context) {
		c.Scope = around
		c.Owner.(*compiler).turns--
	})
}

// ConcurrentActions declares a list of actions that run at once: none of them has surely
// run before another, so none knows the outputs of another.
func ConcurrentActions(s *schema.Spec, dst *List) {
	inTurns(s, nil, func() {
		schema.BlockFunc(s, "action", "An action that runs beside the others.",
			schema.Block{Repeated: true, Labels: []string{"KIND", "NAME"}},
			func(c *schema.Context, b *hclsyntax.Block) hcl.Diagnostics {
				before := c.Scope
				step, diags := compileStep(c, b)
				c.Scope = before
				if step != nil {
					*dst = append(*dst, step)
				}
				return diags
			})
	})
}

// InIteration tells whether a block that is being decoded stands inside of an
// action that makes turns, some of which may be under way at once.
func InIteration(c *schema.Context) bool {
	owner, ok := c.Owner.(*compiler)
	return ok && owner.turns > 0
}
