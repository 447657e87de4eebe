package flow

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// Retry says when and how often an action is tried again. Between attempts it
// waits a random time up to a bound that grows from Initial by Factor to Max
// (exponential backoff with full jitter), or as long as the other side asked.
type Retry struct {
	Attempts int // in all, the first included
	Initial  time.Duration
	Max      time.Duration
	Factor   float64
	On       []string
}

// Describe declares the block.
func (r *Retry) Describe(s *schema.Spec) {
	*r = Retry{
		Attempts: 3, Initial: time.Second, Max: time.Minute, Factor: 2,
		On: []string{ReasonTimeout, Reason5xx, Reason429, ReasonConnect, ReasonConflict},
	}
	s.Doc = "Tries again what failed for a reason that may pass, with exponential backoff and full jitter. A `Retry-After` of the other side is honoured up to `max`."
	schema.Attr(s, &r.Attempts, "attempts", "How often it is tried, the first time included.")
	schema.Attr(s, &r.Initial, "initial", "Upper bound of the first wait.")
	schema.Attr(s, &r.Max, "max", "Upper bound of any wait.")
	schema.Attr(s, &r.Factor, "factor", "How fast the bound grows.")
	schema.Attr(s, &r.On, "on", "Which failures are tried again. `conflict` is a database that gave up for what others did at the same time.",
		schema.OneOf(ReasonTimeout, Reason5xx, Reason429, ReasonConnect, ReasonConflict))
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		var diags hcl.Diagnostics
		if r.Attempts < 1 || r.Attempts > 100 {
			diags = append(diags, d.Problem("attempts", "Wrong value", "The number of attempts is from 1 to 100."))
		}
		if r.Factor < 1 {
			diags = append(diags, d.Problem("factor", "Wrong value", "The factor is at least 1."))
		}
		if r.Initial > r.Max {
			diags = append(diags, d.Problem("initial", "Wrong value", "The first wait can't be longer than max."))
		}
		return diags
	})
}

// attempts runs the action until it succeeds, fails for good or has no
// attempts left.
func (s *Step) attempts(ctx context.Context, c *Call) (any, error) {
	c.cacheAttempts()
	for {
		c.Attempt++
		out, err := s.attempt(ctx, c)
		if err == nil || isControl(err) || ctx.Err() != nil {
			return out, err
		}
		wait, again := s.Retry.Next(c.Attempt, AsError(err))
		if !again || !c.hasTimeFor(ctx, wait) {
			return nil, err
		}
		if l := c.frame.run.Logger; l != nil {
			l.LogRetry(c, s.failure(err), wait)
		}
		if clock.Sleep(ctx, c.Clock(), wait) != nil {
			return nil, err
		}
	}
}

// Next decides whether there is an attempt after the given one, and how long
// to wait for it. A nil Retry allows none.
func (r *Retry) Next(attempt int, err *Error) (time.Duration, bool) {
	if r == nil || attempt >= r.Attempts || !slices.Contains(r.On, err.Reason) {
		return 0, false
	}
	if err.RetryAfter > 0 {
		return min(err.RetryAfter, r.Max), true
	}
	bound := float64(r.Initial)
	if bound > 0 {
		bound = min(bound*math.Pow(r.Factor, float64(attempt-1)), float64(r.Max))
	}
	return time.Duration(rand.Float64() * bound), true
}

// hasTimeFor reports whether the wait ends before the deadline. If it does not,
// the caller learns of the failure now and not at the end of its time.
func (c *Call) hasTimeFor(ctx context.Context, wait time.Duration) bool {
	end, limited := ctx.Deadline()
	return !limited || wait < clock.Until(c.Clock(), end)
}
