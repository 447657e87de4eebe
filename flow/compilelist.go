package flow

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// Actions declares a list of `action KIND NAME` blocks. Kinds of actions that
// hold lists, such as branch, declare their lists with it.
func Actions(s *schema.Spec, dst *List) {
	schema.BlockFunc(s, "action", "An action of the list.",
		schema.Block{Repeated: true, Labels: []string{"KIND", "NAME"}},
		func(c *schema.Context, b *hclsyntax.Block) hcl.Diagnostics {
			step, diags := compileStep(c, b)
			if step != nil {
				*dst = append(*dst, step)
			}
			return diags
		})
}

// IterationActions declares the list of an action that runs it several times,
// and the fields of inside, which may be nil. They, and nothing after them, read
// the names that scope adds. outputs is the type of the outputs of the list: an
// object of its actions.
func IterationActions(s *schema.Spec, dst *List, scope func(c *schema.Context, outputs cty.Type) *expr.Scope, inside func()) {
	declareIteration(s, func(c *schema.Context) { c.Scope = scope(c, outputsOfBlock(c)) }, func() {
		if inside != nil {
			inside()
		}
		Actions(s, dst)
	})
}

// outputsOfBlock returns the type of the outputs of the actions directly in the
// block that is being decoded, which are not decoded yet.
func outputsOfBlock(c *schema.Context) cty.Type {
	kinds := c.Owner.(*compiler).kinds.Actions
	members := map[string]cty.Type{}
	for _, b := range c.Block.Body.Blocks {
		if b.Type != "action" || len(b.Labels) != 2 {
			continue
		}
		members[b.Labels[1]] = anyOutput
		i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == b.Labels[0] })
		if i >= 0 && kinds[i].New != nil {
			members[b.Labels[1]] = schema.OutputType(kinds[i].New())
		}
	}
	return cty.Object(members)
}

// ConcurrentActions declares a list of actions that run at the same time. No
// action of the list can read the outputs of another.
func ConcurrentActions(s *schema.Spec, dst *List) {
	declareIteration(s, func(*schema.Context) {}, func() {
		schema.BlockFunc(s, "action", "An action that runs at the same time as the others.",
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

// declareIteration calls declare for the blocks inside an action that iterates.
func declareIteration(s *schema.Spec, enter func(*schema.Context), declare func()) {
	var around *expr.Scope
	s.Then(func(c *schema.Context) {
		around = c.Scope
		c.Scope = c.Scope.MayNotRun() // there may be no iteration
		enter(c)
		c.Owner.(*compiler).iterations++
	})
	declare()
	s.Then(func(c *schema.Context) {
		c.Scope = around
		c.Owner.(*compiler).iterations--
	})
}

// InIteration reports whether the block that is being decoded stands inside an
// action that iterates, so that several of its runs may be under way at once.
func InIteration(c *schema.Context) bool {
	owner, ok := c.Owner.(*compiler)
	return ok && owner.iterations > 0
}

// InFallback reports whether the block that is being decoded stands inside
// on_error.
func InFallback(c *schema.Context) bool {
	owner, ok := c.Owner.(*compiler)
	return ok && owner.fallback
}

// compileStep compiles an action and makes its outputs known to the actions after
// it in the list. An action with errors also becomes known, so that one mistake
// is reported once.
func compileStep(c *schema.Context, b *hclsyntax.Block) (*Step, hcl.Diagnostics) {
	owner := c.Owner.(*compiler)
	if len(b.Labels) == 0 && len(owner.kinds.Actions) > 0 {
		return nil, hcl.Diagnostics{diag.Error(b.DefRange(), "Missing label",
			fmt.Sprintf("An action has a kind and a name: action %q \"NAME\" { … }.", owner.kinds.Actions[0].Name))}
	}
	kind, diags := schema.FindKind("action", owner.kinds.Actions, b)
	if len(b.Labels) == 2 && diags.HasErrors() {
		c.Scope = c.Scope.WithMember("action", b.Labels[1], anyOutput)
	}
	if diags.HasErrors() {
		return nil, diags
	}
	if len(b.Labels) != 2 {
		return nil, append(diags, diag.Error(b.DefRange(), "Missing label",
			fmt.Sprintf("An action has a kind and a name: action %q \"NAME\" { … }.", kind.Name)))
	}
	s := &Step{Kind: kind.Name, Name: b.Labels[1], Range: b.DefRange(), Block: hcl.RangeBetween(b.TypeRange, b.CloseBraceRange), Action: kind.New(), fallback: owner.fallback}
	if !hclsyntax.ValidIdentifier(s.Name) {
		diags = append(diags, diag.Error(b.LabelRanges[1], "Not a name",
			fmt.Sprintf("%q can't be read as action.NAME: use letters, digits, _ and -, and start with a letter.", s.Name)))
	}
	spec := schema.DescribeFor(b, func(declare *schema.Spec) { describeStep(declare, s) })
	inner := *c
	inner.Scope = c.Scope.WithObserver(func(r expr.Reader) { s.Reads = append(s.Reads, r) })
	if _, given := b.Body.Attributes["on_error"]; given {
		inner.Scope = inner.Scope.MayNotRun()
	}
	if mayBeSkipped(b.Body) {
		inner.Scope = inner.Scope.WithoutTrials()
	}
	_, found := schema.DecodeSpec(&inner, spec, b, 2)
	s.Traits = s.Action.Traits()
	s.apart = s.runsApart(b.Body)
	outputs := stepOutputs{t: spec.OutputType()}
	if s.Traits.Callee != nil {
		if outputs = owner.calleeOutput(s.Traits.Callee); outputs.why != "" {
			c.Scope = c.Scope.WithUnavailable(func(place, name string) string {
				if place == "action."+s.Name && name == "*" {
					return outputs.why
				}
				return ""
			})
		}
	}
	c.Scope = s.scopeBehind(c.Scope, outputs)
	return s, append(diags, found...)
}

// mayBeSkipped reports whether a run may leave out the action or actions inside
// it, so that their expressions are not always evaluated.
func mayBeSkipped(body *hclsyntax.Body) bool {
	_, conditional := body.Attributes["when"]
	return conditional || holdsActions(body)
}

func holdsActions(body *hclsyntax.Body) bool {
	return slices.ContainsFunc(body.Blocks, func(b *hclsyntax.Block) bool { return b.Type == "action" || holdsActions(b.Body) })
}

// scopeBehind returns the scope of the actions behind the step: with its outputs,
// and with what is known because the run came past it.
func (s *Step) scopeBehind(scope *expr.Scope, outputs stepOutputs) *expr.Scope {
	name := "action." + s.Name
	holds, fixed := s.When.Constant()
	switch conditional := s.When.IsSet() && (!fixed || !holds); {
	case outputs.nullWhy != "":
		scope = scope.WithNullable("action", s.Name, outputs.t, name+" "+outputs.nullWhy,
			fmt.Sprintf(`Write try(%s.…, "…"), or end the other flow with an action "stop" that has no condition.`, name), nil)
	case s.OnError == Continue:
		scope = scope.WithNullable("action", s.Name, outputs.t,
			name+` is null if the action failed, because it has on_error = "continue".`,
			fmt.Sprintf(`Write when = %s != null in this action, or try(%[1]s.…, "…").`, name), nil)
	case conditional:
		scope = scope.WithNullable("action", s.Name, outputs.t,
			name+" is null if the action was skipped, because it has a condition (when).",
			fmt.Sprintf(`Write when = %s != null in this action, or try(%[1]s.…, "…").`, name), s.When.Expr())
	default:
		scope = scope.WithMember("action", s.Name, outputs.t)
	}
	switch {
	case s.OnError == Continue:
		return scope
	case !s.When.IsSet() && s.Traits.Behind != nil:
		return s.Traits.Behind(scope)
	case s.When.IsSet() && s.Traits.Ending != FallsThrough:
		return scope.Assume(s.When.Expr(), false)
	}
	return scope
}
