package triggers

import (
	"fmt"
	"net/http"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// IgnoredHeader marks the answer to a request for which the condition of the
// trigger is false.
const IgnoredHeader = "Gateway-Ignored"

// describeWhen declares the fields that are evaluated before the variables.
func (w *webhook) describeWhen(s *schema.Spec) {
	var around *expr.Scope
	s.Then(func(c *schema.Context) {
		around = c.Scope
		c.Scope = w.declareParts(c.Scope).WithUnavailable(w.whyUnavailableEarly)
	})
	schema.Single(s, &w.rateLimit, "rate_limit", "Limits the rate of requests.")
	schema.Expr(s, &w.when, "when", "A condition on the request, evaluated after `rate_limit`, when the credentials and the type of the body are checked, and before the variables. If it is false or null, no run starts: the caller gets 200 with the header `Gateway-Ignored: true`, and the history has the request as `ignored`. It reads the parts of the request, such as `webhook.headers[\"X-GitHub-Event\"] == \"push\"` or `webhook.body.type == \"paid\"`, and no variables. If it fails, such as at a member that the body does not have, the caller gets 500; `try(…, false)` ignores such a request.", schema.NotNull())
	s.Then(func(c *schema.Context) { c.Scope = around })
}

// whyUnavailableEarly explains that variables can't be read yet.
func (w *webhook) whyUnavailableEarly(place, name string) string {
	if place != webhookRoot || input.Find(w.variables, name) == nil {
		return ""
	}
	return fmt.Sprintf("webhook.%s is a variable, and variables are not converted yet at this point. Read the part of the request, such as webhook.body or webhook.headers.", name)
}

// checkWhen warns of a condition that lets no request pass.
func (w *webhook) checkWhen(d *schema.Decoded) hcl.Diagnostics {
	if holds, fixed := w.when.Constant(); fixed && !holds && expr.IsLiteral(d.Expr("when")) {
		return hcl.Diagnostics{diag.Warning(d.Range("when"), "No run starts", "The condition is always false, so each request is ignored. Use a condition that can be true, or set enabled = false in the flow.")}
	}
	return nil
}

// filter returns the answer to a request for which the condition is false, and the
// refusal of one for which it fails.
func (w *webhook) filter(e *requestEvent, in flow.Incoming) *flow.Problem {
	if !w.when.IsSet() {
		return nil
	}
	wanted, problem := flow.EvaluateEarly(in, e, w.when, false)
	if problem != nil || wanted {
		return problem
	}
	return ignoredProblem()
}

// ignoredProblem answers a request that is not for the flow. It is a success, so
// that the sender does not repeat the request.
func ignoredProblem() *flow.Problem {
	return &flow.Problem{
		Status: http.StatusOK, Outcome: flow.OutcomeIgnored,
		Detail: "The condition of the trigger is false.", Header: http.Header{IgnoredHeader: {"true"}},
	}
}

// openExample returns a trigger that pages and strangers may call.
func openExample() schema.Example {
	return schema.Example{
		Title: "Accept sign-ups from the form of a shop's page, five in a minute from an address, and leave out those of other lists",
		HCL: `trigger "webhook" {
  path = "/signup"
  mode = "sync"
  when = webhook.body.list == "news"

  cors { origins = ["https://shop.example.com"] }
  rate_limit {
    requests = 5
    per      = "1m"
  }
  variable "email" {
    type   = string
    format = "email"
  }
}`,
		Input: `{"list": "news", "email": "jane@example.com"}`,
	}
}
