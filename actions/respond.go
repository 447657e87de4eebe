package actions

import (
	"context"
	"net/http"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// respond answers the caller of a sync flow and ends the run.
type respond struct {
	reply flow.Reply
}

func (r *respond) Describe(s *schema.Spec) {
	s.Doc = "Answers the caller of a sync flow and ends the run. Inside of `on_error` the status is 500 unless the file gives another, and can't be a 2xx: a run that failed is not answered as a success."
	r.reply.DescribeReply(s)
	schema.Later(s, "then", "`\"continue\"`: the rest of the run goes on after the answer.", "it comes with durable runs.", false)
	s.Check(r.check)
	s.Example(schema.Example{
		Title: "Answer with JSON",
		HCL:   "status = 201\njson = {\n  created = true\n  order   = webhook.body.order\n}",
		Input: `{"order": "A-1"}`,
	})
}

func (r *respond) check(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	status, known := r.reply.FixedStatus()
	if known && status < 300 && flow.InFallback(c) {
		return hcl.Diagnostics{d.Problem("status", "Success for a failed run",
			"Inside of on_error the run has failed, and a failed run is not answered with a 2xx. Use a status from 300 to 599, or let the action that may fail say on_error = \"continue\".")}
	}
	return nil
}

// Ends says that a respond always answers.
func (r *respond) Ends() flow.Ending { return flow.Answered }

// Pure says that a respond has no effect that a repetition would double.
func (r *respond) Pure() {}

func (r *respond) Run(ctx context.Context, c *flow.Call) (any, error) {
	status := http.StatusOK
	if c.Fallback() {
		status = http.StatusInternalServerError
	}
	response, err := r.reply.Build(ctx, c, status)
	if err != nil {
		return nil, err
	}
	if c.Fallback() && response.Status < 300 {
		return nil, &flow.Error{Class: flow.Invalid, Message: "a failed run is not answered with a 2xx"}
	}
	return nil, c.Respond(response)
}
