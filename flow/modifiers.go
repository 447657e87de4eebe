package flow

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// Modifiers is the heading of the fields that every action has.
const Modifiers = "modifiers"

// describeStep declares an action with the fields that every action has. The
// condition comes first: what it excludes is known in the other fields.
func describeStep(s *schema.Spec, step *Step) {
	schema.Expr(s, &step.When, "when", "If it is false or null, the action is skipped and its value is null. A value that may be null is a finding of `gateway validate`.", schema.Group(Modifiers), schema.Kept(), schema.NotNull())
	s.Then(func(c *schema.Context) {
		if step.When.IsSet() {
			c.Scope = c.Scope.Assume(step.When.Expr(), true)
		}
	})
	step.Action.Describe(s)
	describeModifiers(s, step)
}

// describeModifiers declares the fields that every action has, but when.
func describeModifiers(s *schema.Spec, step *Step) {
	waits := step.Action.Traits().Waits
	if !waits {
		step.Timeout = DefaultTimeout
	}
	step.OnError = Stop
	in := schema.Group(Modifiers)
	schema.Attr(s, &step.Timeout, "timeout", "How long one attempt may take. The waits of `delay` inside count. An attempt that ignores the end of its time is abandoned half a second later, and its result is dropped.", in)
	schema.Single(s, &step.Retry, "retry", "Tries the action again after a failure. An action that holds others, or calls a flow, continues after the last completed action inside.", in)
	schema.Attr(s, &step.OnError, "on_error", "The effect of a failure: `stop` fails the run, `continue` sets the action's value to null and runs the next action.", in, schema.OneOf(Stop, Continue))
	schema.Attr(s, &step.Sensitive, "sensitive", "Keeps inputs, outputs and messages of errors out of logs and history, including those of the actions inside and of the flow for which the action waits. What other actions compute from the outputs is hidden too; the function `nonsensitive` lifts that.", in)
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		var diags hcl.Diagnostics
		if step.Timeout <= 0 && !waits {
			diags = append(diags, d.Problem("timeout", "Wrong value", "A timeout is longer than 0s; leave it out for the default."))
		}
		if holds, fixed := step.When.Constant(); fixed && !holds && expr.IsLiteral(d.Expr("when")) {
			diags = append(diags, diag.Warning(d.Range("when"), "Action never runs", "The condition is always false. Remove the action, or use a condition that can be true."))
		}
		return diags
	})
}

// ActionSpec returns the declarations of a kind with the modifiers, for
// documentation. For a kind that can't be used yet they say only that.
func ActionSpec(k Kind) *schema.Spec {
	if k.New == nil {
		return &schema.Spec{Doc: "Not yet available: " + k.NotYet}
	}
	s := &schema.Spec{}
	describeStep(s, &Step{Action: k.New()})
	return s
}
