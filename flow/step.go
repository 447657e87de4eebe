package flow

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// Actions declares a list of `action KIND NAME` blocks. Kinds of actions that
// hold lists, such as branch, declare theirs with it.
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

// compileStep compiles an action and makes its outputs known to what stands
// behind it in the list, also where the action itself has errors, so that one
// mistake is reported once.
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
	s := &Step{Kind: kind.Name, Name: b.Labels[1], Range: b.DefRange(), Action: kind.New(), fallback: owner.fallback}
	if !hclsyntax.ValidIdentifier(s.Name) {
		diags = append(diags, diag.Error(b.LabelRanges[1], "Not a name",
			fmt.Sprintf("%q can't be read as action.NAME: use letters, digits, _ and -, and begin with a letter.", s.Name)))
	}
	spec := schema.Describe(s.Action)
	describeModifiers(spec, s)
	_, found := schema.DecodeSpec(c, spec, b, 2)
	s.Traits = s.Action.Traits()
	s.inheritSensitive()
	c.Scope = c.Scope.WithMember("action", s.Name, spec.OutputType())
	return s, append(diags, found...)
}

// inheritSensitive makes an action sensitive if its outputs hold those of a
// sensitive one.
func (s *Step) inheritSensitive() {
	if !s.Traits.Gathers {
		return
	}
	for _, l := range s.Traits.Lists {
		l.Walk(func(in *Step) { s.Sensitive = s.Sensitive || in.Sensitive })
	}
}

// Modifiers is the heading of the fields that every action has.
const Modifiers = "modifiers"

// describeModifiers declares the fields that every action has.
func describeModifiers(s *schema.Spec, step *Step) {
	waits := step.Action.Traits().Waits
	if !waits {
		step.Timeout = DefaultTimeout
	}
	step.OnError = Stop
	in := schema.Group(Modifiers)
	schema.Expr(s, &step.When, "when", "Where it is false the action is skipped and its value is null.", in)
	schema.Attr(s, &step.Timeout, "timeout", "How long one attempt may take.", in)
	schema.Single(s, &step.Retry, "retry", "Tries the action again when it failed. One that holds actions, or calls a flow, takes up where it stopped.", in)
	schema.Attr(s, &step.OnError, "on_error", "What a failure does: `stop` fails the run, `continue` leaves the action's value null and goes on.", in, schema.OneOf(Stop, Continue))
	schema.Attr(s, &step.Sensitive, "sensitive", "Keeps inputs and outputs out of logs and history.", in)
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		var diags hcl.Diagnostics
		if step.Timeout <= 0 && !waits {
			diags = append(diags, d.Problem("timeout", "Wrong value", "An attempt needs more time than none; leave timeout out for the default."))
		}
		if holds, fixed := step.When.Constant(); fixed && !holds && expr.IsLiteral(d.Expr("when")) {
			diags = append(diags, diag.Warning(d.Range("when"), "Action never runs", "Its condition is always false. Take the action out, or let the condition ask for something."))
		}
		return diags
	})
}

// ActionSpec returns the declarations of a kind with the modifiers, for
// documentation. Those of a kind that can't be used yet say that and nothing
// else.
func ActionSpec(k Kind) *schema.Spec {
	if k.New == nil {
		return &schema.Spec{Doc: "Not yet available: " + k.Later}
	}
	step := &Step{Action: k.New()}
	s := schema.Describe(step.Action)
	describeModifiers(s, step)
	return s
}
