package flow

import (
	"math"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
)

// Retry says when and how often a failed action or run is attempted again. The
// wait between attempts is a random time up to a bound that grows from Initial by
// Factor to Max (exponential backoff with full jitter), or the time that the
// remote side asked for.
type Retry struct {
	Attempts int // including the first
	Initial  time.Duration
	Max      time.Duration
	Factor   float64
	On       []string
}

// Describe declares the block.
func (r *Retry) Describe(s *schema.Spec) {
	*r = Retry{
		Attempts: 3, Initial: time.Second, Max: time.Minute, Factor: 2,
		On: []string{ReasonTimeout, Reason5xx, Reason429, ReasonConnect, ReasonConflict, ReasonMemory},
	}
	s.Doc = "Attempts again after a failure that may pass, with exponential backoff and full jitter. A `Retry-After` of the remote side is honoured up to `max`."
	schema.Attr(s, &r.Attempts, "attempts", "Number of attempts, including the first: from 1 to 100.")
	schema.Attr(s, &r.Initial, "initial", "Upper bound of the first wait.")
	schema.Attr(s, &r.Max, "max", "Upper bound of any wait.")
	schema.Attr(s, &r.Factor, "factor", "How fast the bound grows.")
	schema.Attr(s, &r.On, "on", "Failures that are attempted again. `conflict` is a transaction that a database gave up because of another one, `memory` a memory budget that is used up (`limits.memory`).",
		schema.OneOf(ReasonTimeout, Reason5xx, Reason429, ReasonConnect, ReasonConflict, ReasonMemory))
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

// Next reports whether another attempt follows the given one, and its wait. A nil
// Retry allows none. key names what is tried again.
func (r *Retry) Next(attempt int, err *Error, c Chance, key string) (time.Duration, bool) {
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
	return time.Duration(c.Float64(key, attempt) * bound), true
}
