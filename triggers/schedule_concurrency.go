package triggers

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// scheduleConcurrency bounds the runs of a schedule, which may also leave out
// ticks.
type scheduleConcurrency struct{ concurrency }

// Describe declares the block.
func (c *scheduleConcurrency) Describe(s *schema.Spec) {
	c.describeLimits(s)
	schema.Attr(s, &c.overflow, "overflow", "What happens to a tick above the limits. If the queue is full, `reject` starts the run when there is room, and `drop_oldest` cancels the oldest queued run that has not started. `skip` leaves out a tick while an earlier run is not over, also one that waits for a delay or a retry: the history has the tick as `throttled`, and the metric `gateway_runs_total` counts it with the state `skipped`. With `skip`, `max` is 1 unless the file says otherwise, and `queue` has no meaning.",
		schema.OneOf(overflowReject, overflowDropOldest, overflowSkip))
	s.Check(c.checkSkip)
}

func (c *scheduleConcurrency) checkSkip(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if c.overflow != overflowSkip {
		return nil
	}
	if !d.Has("max") {
		c.max = 1
	}
	if d.Has("queue") {
		return hcl.Diagnostics{d.Problem("queue", "Queue without runs", `With overflow = "skip" no run waits. Remove queue.`)}
	}
	return nil
}

// limits returns the limits of the runs of the schedule.
func (c *scheduleConcurrency) limits() flow.Queue {
	if c == nil {
		return (*concurrency)(nil).limits()
	}
	q := c.concurrency.limits()
	if c.overflow == overflowSkip {
		q.MaxOpen = c.max
	}
	return q
}
