package control

import (
	"context"
	"net/http"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Respond answers the caller of a sync flow and ends the run.
type Respond struct {
	reply flow.Reply
	then  string
}

// The values of "then".
const (
	thenEnd      = "end"
	thenContinue = "continue"
)

// Describe declares the fields, outputs and examples.
func (r *Respond) Describe(s *schema.Spec) {
	s.Doc = "Answers the caller of a sync flow and ends the run. Inside of `on_error` the status is 500 unless the file gives another, and can't be a 2xx: a run that failed is not answered as a success."
	r.reply.DescribeReply(s)
	r.then = thenEnd
	schema.Attr(s, &r.then, "then", "What the run does after the answer. `end`: it ends. `continue`: the rest of the run is stored before the answer is sent, and continues in the background.", schema.OneOf(thenEnd, thenContinue))
	s.Check(r.checkSettings)
	s.Example(schema.Example{
		Title: "Answer with JSON",
		HCL:   "status = 201\njson = {\n  created = true\n  order   = webhook.body.order\n}",
		Input: `{"order": "A-1"}`,
	})
}

func (r *Respond) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if r.then == thenContinue && flow.InFallback(c) {
		return hcl.Diagnostics{d.Problem("then", "Nothing to continue", "Inside of on_error the run has failed, so it can't continue. Remove then.")}
	}
	if r.then == thenContinue && flow.InIteration(c) {
		return hcl.Diagnostics{d.Problem("then", "Run can't continue here",
			"Inside of loop and parallel other actions may still run, so the rest of the run can't be stored. Answer before or after it.")}
	}
	status, known := r.reply.ConstantStatus()
	if known && status < 300 && flow.InFallback(c) {
		return hcl.Diagnostics{d.Problem("status", "Success for a failed run",
			"Inside of on_error the run has failed, and a failed run is not answered with a 2xx. Use a status from 300 to 599, or let the action that may fail say on_error = \"continue\".")}
	}
	return nil
}

// Traits reports that a respond answers and, unless the run continues, ends
// it. It can be repeated: a caller gets one answer.
func (r *Respond) Traits() flow.Traits {
	traits := flow.Traits{Pure: true, Answers: true, Ending: flow.EndsWithAnswer}
	if r.then == thenContinue {
		traits.Ending, traits.Stores = flow.FallsThrough, true
	}
	return traits
}

// Run does one attempt.
func (r *Respond) Run(ctx context.Context, c *flow.Call) (any, error) {
	status := http.StatusOK
	if c.Fallback() {
		status = http.StatusInternalServerError
	}
	response, err := r.reply.Build(ctx, c, status)
	if err != nil {
		return nil, err
	}
	if c.Step.Sensitive && !response.Sensitive {
		hidden := *response
		hidden.Sensitive = true
		response = &hidden
	}
	if c.Fallback() && response.Status < 300 {
		return nil, &flow.Error{Class: flow.Invalid, Message: "a failed run is not answered with a 2xx"}
	}
	if r.then == thenContinue {
		return nil, c.Detach(ctx, response)
	}
	return nil, c.Respond(response)
}
