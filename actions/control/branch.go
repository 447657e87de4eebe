// Package control holds the actions that steer a run: branch, parallel, loop,
// delay, flow, respond and stop.
package control

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Branch runs one of several lists of actions.
type Branch struct {
	cases     []*branchCase
	otherwise *branchDefault // nil if there is no default
}

// branchCase is a list and the condition under which it runs.
type branchCase struct {
	name    string
	when    expr.Of[bool]
	actions flow.List
}

// branchDefault is the list that runs if no condition is true.
type branchDefault struct {
	actions flow.List
}

// defaultCase is the value of the output "case" if the default ran.
const defaultCase = "default"

// Describe declares the fields, outputs and examples.
func (b *Branch) Describe(s *schema.Spec) {
	s.Doc = "Runs the actions of the first case whose `when` is true, or those of `default` if there is none. Outputs of the actions inside can be read inside their case only."
	schema.BlockFunc(s, "case", "A list of actions and when it runs. Cases are tried in the order in which they are written.",
		schema.Block{Repeated: true, Spec: func() *schema.Spec { return schema.Describe(&branchCase{}) }}, b.addCase)
	schema.Single(s, &b.otherwise, defaultCase, "The actions that run if no case does.")
	s.Output("case", cty.String, "The name of the case that ran, `default` for the default, null if nothing ran.")
	s.Check(b.checkCases)
	s.Example(schema.Example{
		Title: "Treat large orders in another way",
		HCL: `case "large" {
  when = webhook.body.total >= 1000
  action "log" "large" { message = "a large order: ${webhook.body.total}" }
}
default {
  action "log" "usual" { message = "an order" }
}`,
		Input: `{"total": 1200}`,
		Want:  `{"case": "large"}`,
	})
}

// addCase decodes a case. The cases after it run only if its condition is false.
func (b *Branch) addCase(c *schema.Context, block *hclsyntax.Block) hcl.Diagnostics {
	in := &branchCase{}
	diags := schema.Decode(c, in, block)
	b.cases = append(b.cases, in)
	c.Scope = c.Scope.Assume(in.when.Expr(), false)
	return diags
}

// Describe declares the block.
func (c *branchCase) Describe(s *schema.Spec) {
	s.Doc = "One way that the branch may take."
	schema.Label(s, &c.name, "NAME", "Names the case in the branch's output; unique in the branch.")
	schema.Expr(s, &c.when, "when", "Whether the case runs. Null counts as false; a value that may be null is a finding of `gateway validate`.", schema.Required())
	s.Then(func(ctx *schema.Context) { ctx.Scope = ctx.Scope.Assume(c.when.Expr(), true) })
	flow.Actions(s, &c.actions)
}

// Describe declares the block.
func (d *branchDefault) Describe(s *schema.Spec) {
	s.Doc = "The actions that run if no case does."
	flow.Actions(s, &d.actions)
}

func (b *Branch) checkCases(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if len(b.cases) == 0 {
		return hcl.Diagnostics{diag.Error(d.Block.DefRange(), "Branch without a case", `A branch needs at least one case "NAME" { when = … }.`)}
	}
	diags := b.warnUnreachable(d.Block.Body.Blocks)
	lines := map[string]int{}
	for _, in := range d.Block.Body.Blocks {
		if in.Type != "case" {
			continue
		}
		name, at := in.Labels[0], in.LabelRanges[0]
		switch line, twice := lines[name]; {
		case twice:
			diags = append(diags, diag.Error(at, "Case named twice", fmt.Sprintf("The branch has a case %q already, on line %d.", name, line)))
		case name == "" || name == defaultCase:
			diags = append(diags, diag.Error(at, "Not a name of a case", `The output "case" names the case that ran, and is "default" if none did: give the case another name, or write the block default { … }.`))
		}
		lines[name] = at.Start.Line
	}
	return diags
}

// warnUnreachable warns of lists that never run. blocks holds the blocks of
// the branch; b.cases has the same order.
func (b *Branch) warnUnreachable(blocks hclsyntax.Blocks) hcl.Diagnostics {
	var diags hcl.Diagnostics
	next, certain := 0, ""
	for _, in := range blocks {
		if certain != "" && (in.Type == "case" || in.Type == defaultCase) {
			diags = append(diags, diag.Warning(in.DefRange(), "Actions never run", fmt.Sprintf("No path leads here: the condition of case %q is always true.", certain)))
			break
		}
		if in.Type != "case" || next == len(b.cases) {
			continue
		}
		c := b.cases[next]
		next++
		when, given := in.Body.Attributes["when"]
		holds, fixed := c.when.Constant()
		switch {
		case !given || !fixed || !expr.IsLiteral(when.Expr):
		case holds:
			certain = c.name
		default:
			diags = append(diags, diag.Warning(when.Expr.Range(), "Actions never run", "The condition is always false. Remove the case, or use a condition that can be true."))
		}
	}
	return diags
}

// lists returns the lists of all cases and of the default.
func (b *Branch) lists() []flow.List {
	var out []flow.List
	for _, c := range b.cases {
		out = append(out, c.actions)
	}
	if b.otherwise != nil {
		out = append(out, b.otherwise.actions)
	}
	return out
}

// ending returns the weakest ending of the lists; without a default the branch
// may fall through.
func (b *Branch) ending() flow.Ending {
	if b.otherwise == nil {
		return flow.FallsThrough
	}
	least := flow.EndsWithAnswer
	for _, l := range b.lists() {
		least = min(least, l.Ending())
	}
	return least
}

// scopeBehind adds conditions that hold after the branch: those of the first cases
// are false if their lists end the run, and if only one case continues the run, its
// condition is true.
func (b *Branch) scopeBehind(s *expr.Scope) *expr.Scope {
	through, first := 0, len(b.cases)
	for i, c := range b.cases {
		if c.actions.Ending() == flow.FallsThrough {
			through, first = through+1, min(first, i)
		}
	}
	if b.otherwise == nil || b.otherwise.actions.Ending() == flow.FallsThrough {
		through++
	}
	for _, c := range b.cases[:first] {
		s = s.Assume(c.when.Expr(), false)
	}
	if through == 1 && first < len(b.cases) {
		s = s.Assume(b.cases[first].when.Expr(), true)
	}
	return s
}

// Traits tells the engine how to treat the action.
func (b *Branch) Traits() flow.Traits {
	return flow.Traits{Waits: true, Lists: b.lists(), Ending: b.ending(), Behind: b.scopeBehind}
}

// Run does one attempt.
func (b *Branch) Run(ctx context.Context, c *flow.Call) (any, error) {
	for _, in := range b.cases {
		if c.Started(in.actions) {
			return in.runActions(ctx, c)
		}
	}
	if b.otherwise != nil && c.Started(b.otherwise.actions) {
		return b.otherwise.runActions(ctx, c)
	}
	for _, in := range b.cases {
		holds, err := flow.EvalCondition(ctx, c, in.when)
		if err != nil {
			return nil, err
		}
		if holds {
			return in.runActions(ctx, c)
		}
	}
	return b.otherwise.runActions(ctx, c)
}

func (c *branchCase) runActions(ctx context.Context, call *flow.Call) (any, error) {
	return map[string]any{"case": c.name}, call.Execute(ctx, c.actions, nil)
}

// runActions runs the list. A nil default runs nothing.
func (d *branchDefault) runActions(ctx context.Context, call *flow.Call) (any, error) {
	if d == nil {
		return map[string]any{"case": nil}, nil
	}
	return map[string]any{"case": defaultCase}, call.Execute(ctx, d.actions, nil)
}
