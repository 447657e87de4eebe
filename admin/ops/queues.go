package ops

import "time"

// stalledAfter is the time after which a queued run says that its queue is not
// worked off.
const stalledAfter = time.Minute

// fewQueued is the number of queued runs below which a queue that grows needs no
// attention.
const fewQueued = 10

// judgeQueue lists a queue if it needs attention.
func (o *Overview) judgeQueue(q QueueDepth) {
	if !q.Oldest.IsZero() && o.At.Sub(q.Oldest) > stalledAfter {
		o.Stalled = append(o.Stalled, q)
	}
	if q.Before != nil && q.Queued >= fewQueued && q.Queued > *q.Before+*q.Before/2 {
		o.Growing = append(o.Growing, q)
	}
}
