package control

import (
	"context"
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Flow runs another flow.
type Flow struct {
	name  string
	input expr.Of[any]
	wait  bool

	at      hcl.Range            // of the name
	written hclsyntax.Expression // the expression of "input"; nil if there is none
	scope   *expr.Scope          // of the action
	flow    *flow.Flow           // set by bind
}

// Describe declares the fields, outputs and examples.
func (a *Flow) Describe(s *schema.Spec) {
	a.wait = true
	s.Doc = "Runs another flow, one with trigger `flow` or trigger `tag`.\n\n" +
		"With `wait`, the actions of the other flow run as a part of this run: the history lists them as `NAME/…`, a failure there fails this action, and the `output` of its action `stop` is the output of this action. The other flow's `retry`, `concurrency` and `throttle` do not apply. Without `wait`, the flow gets a run of its own, which is stored before this run continues; the action returns its id as `run`.\n\n" +
		"A flow with trigger `tag` needs the member `email` in the input: the address of a contact. It runs at once, without its throttle."
	schema.Attr(s, &a.name, "flow", "The name of the flow.", schema.Required())
	schema.Expr(s, &a.input, "input", "The input of the flow. It is checked against the flow's variables.")
	schema.Attr(s, &a.wait, "wait", "Whether this run waits until the other flow has ended.")
	s.AnyOutput()
	s.Check(a.keepSource)
	s.Example(schema.Example{
		Title: "Use the output of another flow",
		HCL:   "flow  = \"lookup\"\ninput = { email = webhook.body.email }",
		Input: `{"email": "jane@example.com"}`,
		Want:  `{"email": "jane@example.com", "known": true}`,
	})
	s.Example(schema.Example{
		Title: "Start a flow and continue without its result",
		HCL:   "flow  = \"crm_sync\"\ninput = { email = webhook.body.email }\nwait  = false",
		Input: `{"email": "jane@example.com"}`,
	})
}

func (a *Flow) keepSource(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	a.at, a.written, a.scope = d.Range("flow"), d.Expr("input"), c.Scope
	return nil
}

// Traits names the called flow. The timeouts of its actions bound the call.
func (a *Flow) Traits() flow.Traits {
	traits := flow.Traits{Waits: true, Stores: !a.wait}
	if a.at.Filename != "" { // empty if the action has findings
		traits.Callee = &flow.Callee{Name: a.name, Range: a.at, Waits: a.wait, Bind: a.bind}
	}
	return traits
}

// Run does one attempt.
func (a *Flow) Run(ctx context.Context, c *flow.Call) (any, error) {
	if !a.flow.Enabled {
		return nil, &flow.Error{Class: flow.Permanent, Message: fmt.Sprintf("flow %q is disabled", a.name)}
	}
	input, err := flow.Eval(ctx, c, a.input)
	if err != nil {
		return nil, err
	}
	event, err := a.flow.Parts.Call.Event(ctx, c, input)
	if err != nil {
		return nil, err
	}
	if a.wait {
		return c.RunFlow(ctx, a.flow, event)
	}
	starter := c.Starter()
	if starter == nil {
		return nil, &flow.Error{Class: flow.Permanent, Message: "this gateway has no store for the run of the other flow; write wait = true"}
	}
	id, err := starter.Start(ctx, a.flow, event, c.IdempotencyKey())
	if err != nil {
		return nil, err
	}
	return map[string]any{"run": id}, nil
}
