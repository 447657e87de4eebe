package triggers

import (
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clientaddr"
)

// The bounds of a rate limit.
const (
	maxRateRequests = 1_000_000
	minRatePeriod   = time.Second
	maxRatePeriod   = 24 * time.Hour
)

// rateLimit limits the accepted requests by key.
type rateLimit struct {
	requests, burst int
	per             time.Duration
	key             expr.Of[string]
}

// Describe declares the block.
func (l *rateLimit) Describe(s *schema.Spec) {
	l.per = time.Minute
	s.Doc = "A request above the rate gets 429 with `Retry-After` and starts no run. It is counted after the credentials and the syntax of the body are checked, and before `when` and the variables. Each answer of the endpoint has the fields `RateLimit` and `RateLimit-Policy`. Gateways on one PostgreSQL count together, by the clock of the server, and begin anew after a crash of the server. While it does not answer, each gateway counts by itself. A gateway with the embedded store counts in memory: a restart begins anew."
	schema.Attr(s, &l.requests, "requests", "The number of requests in the time of `per`, from 1 to 1000000.", schema.Required())
	schema.Attr(s, &l.per, "per", "The time in which `requests` may come, from 1s to 24h.")
	schema.Attr(s, &l.burst, "burst", "How many requests may come at once before the rate limits them. By default `requests`.")
	schema.Expr(s, &l.key, "key", "Each key has a rate of its own. It reads the parts of the request, such as `webhook.auth.name` or `webhook.path.shop`, and no variables. By default the address of the client, of which an IPv6 address counts with its network (/64); behind a proxy, set `trusted_proxies` in the `gateway` block. Requests whose key is null or empty have a rate in common.")
	s.Check(l.check)
}

func (l *rateLimit) check(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	const outOfRange = "Limit out of range"
	if d.Has("requests") && (l.requests < 1 || l.requests > maxRateRequests) {
		diags = append(diags, d.Problem("requests", outOfRange, fmt.Sprintf("It must be from 1 to %d.", maxRateRequests)))
	}
	if l.per < minRatePeriod || l.per > maxRatePeriod {
		diags = append(diags, d.Problem("per", outOfRange, "It must be from 1s to 24h."))
	}
	if d.Has("burst") && (l.burst < 1 || l.burst > maxRateRequests) {
		diags = append(diags, d.Problem("burst", outOfRange, fmt.Sprintf("It must be from 1 to %d.", maxRateRequests)))
	}
	if l.burst == 0 {
		l.burst = l.requests
	}
	return diags
}

// limitRate returns the refusal of a request above the rate.
func (w *webhook) limitRate(e *requestEvent, in flow.Incoming) *flow.Problem {
	l := w.rateLimit
	if l == nil || in.TakeRate == nil {
		return nil
	}
	key := clientaddr.Network(in.RemoteIP).String()
	if l.key.IsSet() {
		var problem *flow.Problem
		if key, problem = flow.EvaluateEarly(in, e, l.key, ""); problem != nil {
			return problem
		}
	}
	return in.TakeRate(key, flow.Rate{Requests: l.requests, Per: l.per, Burst: l.burst})
}
