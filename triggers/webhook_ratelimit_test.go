package triggers

import (
	"net/http"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// TestRateLimitKeys: requests are counted by key once their syntax and their
// sender are known, whether their variables are right or not.
func TestRateLimitKeys(t *testing.T) {
	t.Parallel()
	const limit = "rate_limit {\n  requests = 5\n  burst = 2\n  per = \"2s\"\n"
	for name, c := range map[string]struct {
		declared string
		request  sent
		status   int    // 0 for a run
		key      string // "-" for none
	}{
		"address":         {limit + "}", sent{body: `{}`, ip: "203.0.113.9"}, 0, "203.0.113.9/32"},
		"IPv4 in IPv6":    {limit + "}", sent{body: `{}`, ip: "::ffff:203.0.113.9"}, 0, "203.0.113.9/32"},
		"network of IPv6": {limit + "}", sent{body: `{}`, ip: "2001:db8:1:2:3::4"}, 0, "2001:db8:1:2::/64"},
		"body":            {limit + "key = webhook.body.shop\n}", sent{body: `{"shop": "lamps"}`}, 0, "lamps"},
		"null":            {limit + "key = webhook.headers.X\n}", sent{body: `{}`}, 0, ""},
		"not signed in":   {limit + "}\n" + bearerAuth, sent{body: `{}`}, 401, "-"},
		"malformed":       {limit + "}", sent{body: `{`}, 400, "-"},
		"wrong variables": {limit + "}\nvariable \"n\" {\n}", sent{body: `{}`}, 422, "192.0.2.7/32"},
		"ignored":         {limit + "}\nwhen = webhook.method == \"PUT\"", sent{body: `{}`}, 200, "192.0.2.7/32"},
		"a key that fails": {
			limit + "key = webhook.body.a.b\n}", sent{body: `{}`}, 500, "-",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := "-"
			c.request.rate = func(k string, r flow.Rate) *flow.Problem {
				if key = k; r != (flow.Rate{Requests: 5, Per: 2 * time.Second, Burst: 2}) {
					t.Errorf("rate %+v", r)
				}
				return nil
			}
			_, problem := c.request.to(t, mustLoad(t, c.declared))
			if status := statusOf(problem); status != c.status || key != c.key {
				t.Errorf("status %d with key %q, want %d with %q", status, key, c.status, c.key)
			}
		})
	}
}

func statusOf(p *flow.Problem) int {
	if p == nil {
		return 0
	}
	return p.Status
}

func TestRateLimitRefuses(t *testing.T) {
	t.Parallel()
	w := mustLoad(t, "when = webhook.method == \"PUT\"\nrate_limit {\n  requests = 5\n}")
	refusal := &flow.Problem{Status: http.StatusTooManyRequests, Outcome: "rate_limited", Detail: "Too many."}
	got := sent{body: `{}`, rate: func(_ string, r flow.Rate) *flow.Problem {
		if r != (flow.Rate{Requests: 5, Per: time.Minute, Burst: 5}) {
			t.Errorf("the default is %+v", r)
		}
		return refusal
	}}.refused(t, w, http.StatusTooManyRequests)
	if got != refusal {
		t.Errorf("%+v", got)
	}
}
