package control

import (
	"context"
	"fmt"
	"maps"
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// eachScope adds the name each, whose members depend on the form of the loop.
// With while, each expression that is always evaluated must also hold in the
// first iteration, where each.previous is null.
func eachScope(c *schema.Context, outputs cty.Type) *expr.Scope {
	if _, isWhile := c.Block.Body.Attributes["while"]; !isWhile {
		element := cty.DynamicPseudoType
		if list, ok := c.Block.Body.Attributes["for_each"]; ok {
			element = c.Scope.ElementType(list.Expr)
		}
		return c.Scope.With("each", eachType(element)).WithUnavailable(func(place, name string) string {
			if place == "each" && name == "previous" {
				return "each.previous is known in a loop with while only."
			}
			return ""
		})
	}
	return c.Scope.With("each", cty.Object(map[string]cty.Type{
		"index": cty.Number, "previous": outputs, "outer": cty.DynamicPseudoType,
	})).WithUnavailable(whyNoElements).
		WithTrial("each", cty.ObjectVal(map[string]cty.Value{
			"index": cty.Zero, "previous": cty.NullVal(outputs), "outer": cty.DynamicVal,
		}))
}

// whyNoElements explains names that only a loop over elements has.
func whyNoElements(place, name string) string {
	if place == "each" && (name == "key" || name == "value") {
		return "A loop with while has no elements; it has each.index and each.previous."
	}
	return ""
}

// checkForm checks the attributes that belong to one of the two forms.
func (l *Loop) checkForm(d *schema.Decoded) hcl.Diagnostics {
	hasWhile := d.Has("while")
	switch {
	case hasWhile && d.Has("for_each"):
		return hcl.Diagnostics{d.Problem("while", "Two forms of a loop", `A loop has either "for_each" or "while".`)}
	case !hasWhile && !l.forEach.IsSet():
		return hcl.Diagnostics{d.Problem("for_each", "Missing attribute", `A loop needs "for_each", a list or an object, or "while", a condition.`)}
	case !hasWhile && d.Has("max_iterations"):
		return hcl.Diagnostics{d.Problem("max_iterations", "Only with while", `The elements of for_each bound the loop. Remove "max_iterations".`)}
	case !hasWhile:
		return nil
	}
	var diags hcl.Diagnostics
	for _, name := range []string{"max", "on_item_error"} {
		if d.Has(name) {
			diags = append(diags, d.Problem(name, "Only with for_each", fmt.Sprintf("Each iteration of a loop with while depends on the one before. Remove %q.", name)))
		}
	}
	if d.Has("max_iterations") && l.maxIterations < 1 || l.maxIterations > maxIterations {
		diags = append(diags, d.Problem("max_iterations", "Wrong value", fmt.Sprintf("It must be between 1 and %d.", maxIterations)))
	}
	return diags
}

// runWhile runs iterations as long as the condition is true.
func (l *Loop) runWhile(ctx context.Context, c *flow.Call) (any, error) {
	outer, limit := outerEach(c), l.maxIterations
	if limit == 0 {
		limit = defaultIterations
	}
	iterations, err := c.Repeat(ctx, func(i int, previous map[string]any) (*flow.Iteration, error) {
		key := strconv.Itoa(i)
		roots := map[string]any{"each": &whileEach{index: i, previous: previous, outer: outer}}
		more, err := l.holds(ctx, c, key, roots)
		switch {
		case err != nil || !more:
			return nil, err
		case i >= limit:
			return nil, &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("while is still true after %d iterations, which is max_iterations", i)}
		}
		return &flow.Iteration{List: l.actions, Key: key, Roots: roots}, nil
	})
	if err != nil {
		return nil, err
	}
	for i := range iterations {
		iterations[i].Outputs = maps.Clone(iterations[i].Outputs) // each.previous keeps the values that are read on demand
	}
	return l.buildOutputs(c, nil, iterations), nil
}

// holds reports whether the iteration runs. One that an earlier attempt of the
// run started continues, even if the condition is now false.
func (l *Loop) holds(ctx context.Context, c *flow.Call, key string, roots map[string]any) (bool, error) {
	if c.IterationStarted(key) {
		return true, nil
	}
	return flow.Eval(ctx, c.WithRoots(roots), l.while)
}

// whileEach is the value of each in a loop with while.
type whileEach struct {
	index    int
	previous map[string]any // nil in the first iteration
	outer    any
}

// Get returns a member.
func (e *whileEach) Get(name string) (any, bool) {
	switch name {
	case "index":
		return e.index, true
	case "outer":
		return e.outer, true
	case "previous":
		if e.previous == nil {
			return nil, true
		}
		return previousOutputs(e.previous), true
	}
	return nil, false
}

// Map returns all members as plain values.
func (e *whileEach) Map() map[string]any {
	out := map[string]any{"index": e.index, "outer": e.outer, "previous": nil}
	if e.previous != nil {
		out["previous"] = previousOutputs(e.previous).Map()
	}
	return out
}

// previousOutputs are the outputs of an iteration, by action.
type previousOutputs map[string]any

// Get returns the outputs of an action.
func (p previousOutputs) Get(name string) (any, bool) {
	v, ok := p[name]
	return v, ok
}

// Map returns the outputs as plain values.
func (p previousOutputs) Map() map[string]any { return toPlainValues(maps.Clone(map[string]any(p))) }

var (
	_ value.Object = (*whileEach)(nil)
	_ value.Object = previousOutputs{}
)
