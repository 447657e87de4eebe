package triggers

import (
	"context"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// dedupe allows only one run per key within a time.
type dedupe struct {
	key expr.Of[string]
	ttl time.Duration
}

// Describe declares the block.
func (d *dedupe) Describe(s *schema.Spec) {
	d.ttl = 24 * time.Hour
	s.Doc = "A request whose key was seen within `ttl` starts no second run: its caller gets the response of the first one, with the header `Gateway-Replayed: true`. If the first run failed for good, the request starts a new run, so that a delivery can be repeated after a repair."
	schema.Expr(s, &d.key, "key", "The key by which repeated requests are recognized, such as the id of a delivery. A request with an empty key or null is never a repetition.", schema.Required(), schema.Nullable())
	schema.Attr(s, &d.ttl, "ttl", "The time for which a key is remembered.")
	s.Check(func(_ *schema.Context, b *schema.Decoded) hcl.Diagnostics {
		if d.ttl < time.Second {
			return hcl.Diagnostics{b.Problem("ttl", "Wrong value", "It must be at least one second.")}
		}
		return nil
	})
}

// concurrency bounds the runs of the flow.
type concurrency struct {
	max      int
	queue    int
	overflow string
}

// The settings for runs above the limits.
const (
	overflowReject     = "reject"
	overflowDropOldest = "drop_oldest"
	overflowSkip       = "skip"
)

// Describe declares the block.
func (c *concurrency) Describe(s *schema.Spec) {
	c.describeLimits(s)
	schema.Attr(s, &c.overflow, "overflow", "What happens if the queue is full: `reject` answers 503 with `Retry-After`, `drop_oldest` cancels the oldest queued run that has not started, and answers 503 if all have.",
		schema.OneOf(overflowReject, overflowDropOldest))
}

func (c *concurrency) describeLimits(s *schema.Spec) {
	*c = concurrency{max: 64, queue: 10_000, overflow: overflowReject}
	s.Doc = "Limits how many runs of an async flow are executed at once, on all gateways together, and how many wait."
	schema.Attr(s, &c.max, "max", "The maximum number of runs at once.")
	schema.Attr(s, &c.queue, "queue", "The maximum number of runs that are queued or waiting: for a free slot, for an earlier run with the same `order_by`, for a `delay` or for the next attempt. Runs that are executing do not count, but while the queue is full no other run starts, because it might have to wait too.")
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		var diags hcl.Diagnostics
		if c.max < 1 || c.max > 1_000_000 {
			diags = append(diags, d.Problem("max", "Wrong value", "It must be between 1 and 1000000."))
		}
		if c.queue < 1 || c.queue > 100_000_000 {
			diags = append(diags, d.Problem("queue", "Wrong value", "It must be between 1 and 100000000."))
		}
		return diags
	})
}

// isAsync reports whether the caller gets its response before the run starts.
func (w *webhook) isAsync() bool { return w.mode == modeAsync }

// queue bounds the runs of a flow.
type queue struct {
	concurrency *concurrency // nil if the configuration has none
}

func (q *queue) describeConcurrency(s *schema.Spec, mode string) {
	doc := "Limits how many runs are executed at once and how many wait."
	if mode != "" {
		doc = mode + ": limits how many runs are executed at once and how many wait."
	}
	schema.Single(s, &q.concurrency, "concurrency", doc)
}

// limits returns the limits of the runs of the flow.
func (q *queue) limits() flow.Queue { return q.concurrency.limits() }

func (c *concurrency) limits() flow.Queue {
	if c == nil {
		c = &concurrency{}
		c.describeLimits(&schema.Spec{})
	}
	return flow.Queue{Max: c.max, Length: c.queue, DropOldest: c.overflow == overflowDropOldest}
}

// Admit computes the keys of an event.
func (w *webhook) Admit(ctx context.Context, env expr.Env) (flow.Admission, error) {
	var a flow.Admission
	var err error
	if w.orderBy.IsSet() {
		if a.OrderKey, err = w.orderBy.EvalOr(ctx, env, ""); err != nil {
			return a, err
		}
	}
	if w.dedupe != nil {
		a.DedupeTTL = w.dedupe.ttl
		a.DedupeKey, err = w.dedupe.key.EvalOr(ctx, env, "")
	}
	return a, err
}

// describeQueue declares the fields that decide whether and when a run starts.
func (w *webhook) describeQueue(s *schema.Spec) {
	schema.Single(s, &w.dedupe, "dedupe", "Starts only one run per key within a time.")
	w.describeConcurrency(s, modeAsync)
	schema.Expr(s, &w.orderBy, "order_by", "async: runs with the same key are executed one after another, in the order of their requests. Runs with an empty key or null have no order.")
}

// checkAsyncOnly refuses settings that have no meaning in sync mode.
func (w *webhook) checkAsyncOnly(d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if w.isAsync() {
		return nil
	}
	for _, name := range []string{"order_by", "concurrency"} {
		if d.Has(name) || (name == "concurrency" && w.concurrency != nil) {
			diags = append(diags, d.Problem(name, "Only for async flows", `A sync flow runs while its caller waits and has no queue. Set mode = "async", or remove `+name+"."))
		}
	}
	return diags
}
