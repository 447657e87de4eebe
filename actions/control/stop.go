package control

import (
	"context"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// Stop ends the run.
type Stop struct {
	status  string
	message expr.Of[string]
	output  expr.Of[any]
}

// Describe declares the fields, outputs and examples.
func (t *Stop) Describe(s *schema.Spec) {
	t.status = string(flow.Succeeded)
	s.Doc = "Ends the run here, from inside of branches, loops and parallels too: no further action or element begins, and `on_item_error` of a loop does not catch it. A stop that says `failed` is a decision of the flow and no error: `on_error` does not run. Inside of `on_error` the run has failed already, and stop ends the list."
	schema.Attr(s, &t.status, "status", "How the run ends.", schema.OneOf(string(flow.Succeeded), string(flow.Failed)))
	schema.Expr(s, &t.message, "message", "Why, for the log and the history.", schema.Kept())
	schema.Expr(s, &t.output, "output", "The value that the run returns to the flow that started it.")
	s.Check(t.checkStatus)
	s.Example(schema.Example{
		Title: "Stop if there is nothing to do",
		HCL:   "when    = length(webhook.body.items) == 0\nstatus  = \"failed\"\nmessage = \"order ${webhook.body.order} has no items\"",
		Input: `{"order": "A-1", "items": []}`,
	})
	s.Example(schema.Example{
		Title: "Return a value to the calling flow",
		HCL:   "output = { accepted = webhook.body.total < 1000 }",
		Input: `{"total": 12.5}`,
	})
}

func (t *Stop) checkStatus(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if d.Has("status") && t.status == string(flow.Succeeded) && flow.InFallback(c) {
		return hcl.Diagnostics{d.Problem("status", "Success for a failed run",
			"Inside of on_error the run has failed, and stop does not change that. Leave the status out, or let the action that may fail say on_error = \"continue\".")}
	}
	return nil
}

// Traits tells the engine how to treat the action.
func (t *Stop) Traits() flow.Traits {
	traits := flow.Traits{Pure: true, Ending: flow.EndsRun, Returns: true}
	if t.status == string(flow.Succeeded) {
		if traits.ReturnsNull = !t.output.IsSet(); t.output.IsSet() {
			traits.Returned = t.output.Expr().Type()
		}
	}
	return traits
}

// Run does one attempt.
func (t *Stop) Run(ctx context.Context, c *flow.Call) (any, error) {
	message, err := t.message.EvalOr(ctx, c, "")
	if err != nil {
		return nil, err
	}
	output, err := t.output.EvalOr(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	if message != "" && (c.Step.Sensitive || t.message.Expr().Sensitive()) {
		message = redact.Placeholder
	}
	end := c.End(flow.State(t.status), message, output)
	if c.Step.HidesOutput() {
		return output, end // the engine redacts the output of a sensitive action
	}
	return nil, end
}
