package sqlite

import (
	"cmp"
	"context"
	"database/sql/driver"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Claim claims queued runs for the caller.
func (s *Store) Claim(ctx context.Context, q store.ClaimQuery) (store.Claimed, error) {
	var out store.Claimed
	if next, idle := s.idle.until(s.clock.now()); idle {
		out.Next = next
		return out, ctx.Err()
	}
	err := s.writer.claim(ctx, func(t *tx) error {
		out = store.Claimed{}
		work, err := t.claimRuns(&q)
		out.Work, out.Next = work, t.untilNext()
		return err
	})
	if err != nil {
		return store.Claimed{}, err
	}
	if len(out.Work) > 0 {
		// The claims are durable, so the runs are read even if the context of
		// the caller ends now.
		s.readWork(context.WithoutCancel(ctx), out.Work, q.Cached)
	}
	return out, nil
}

// ClaimsAfterEnds returns true, see turn.
func (s *Store) ClaimsAfterEnds() bool { return true }

func (t *tx) untilNext() time.Duration { return untilDue(t.counts.due, t.now) }

// untilDue returns the time until the next waiting run is due, -1 if none waits.
func untilDue(due, now int64) time.Duration {
	if due == 0 {
		return -1
	}
	return max(time.Duration(due-now)*time.Millisecond, 0)
}

// claimRuns claims an equal share from each flow, and then the rest from any
// flow.
func (t *tx) claimRuns(q *store.ClaimQuery) ([]store.Work, error) {
	if err := t.queueDue(); err != nil {
		return nil, err
	}
	var work []store.Work
	for left := q.Limit; left > 0; left = q.Limit - len(work) {
		flows := t.claimableFlows(q.Flows)
		if len(flows) == 0 {
			break
		}
		share := (left + len(flows) - 1) / len(flows)
		for _, f := range flows {
			n := min(share, t.capacity(f), q.Limit-len(work))
			if n <= 0 {
				continue
			}
			found, err := t.claimFlow(q, f.Flow, n)
			if err != nil {
				return nil, err
			}
			if work == nil {
				work = found
				continue
			}
			work = append(work, found...)
		}
	}
	return work, nil
}

// claimableFlows returns the flows with claimable runs. Each call begins with
// another flow, so that none is always last.
func (t *tx) claimableFlows(flows []store.FlowLimit) []store.FlowLimit {
	var found []store.FlowLimit
	t.rotation++
	for i := range flows {
		f := flows[(i+t.rotation)%len(flows)]
		if t.capacity(f) > 0 {
			found = append(found, f)
		}
	}
	return found
}

// capacity returns how many runs of a flow can be claimed now.
func (t *tx) capacity(f store.FlowLimit) int {
	n := t.counts.of(f.Flow)
	if f.Max <= 0 {
		return n.ready
	}
	return min(n.ready, f.Max-n.running)
}

func (t *tx) claimFlow(q *store.ClaimQuery, flow string, n int) ([]store.Work, error) {
	// The limit is an expression: SQLite prepares a statement with a plain LIMIT ? anew
	// each time, because the plan may depend on the value.
	const claim = `UPDATE runs SET state = 3, fence = fence + 1, started = coalesce(started, ?), due = NULL
		WHERE seq IN (SELECT seq FROM runs WHERE flow = ? AND state <= 3 AND state = 1 ORDER BY seq LIMIT ? + 0)
		RETURNING seq, id, fence, attempt, started, okey, retried`
	work := make([]store.Work, 0, n)
	until := t.leases.endAfter(q.Lease)
	err := t.queryWrite(claim, func(v []driver.Value) error {
		seq, l := intOf(v[0]), lease{id: idOf(v[1]), flow: flow, owner: q.Owner, fence: intOf(v[2]), started: intOf(v[4]), okey: blobOf(v[5]), until: until}
		work = append(work, store.Work{
			Claim: store.Claim{ID: l.id.String(), Ref: seq, Fence: l.fence},
			Flow:  flow, Attempt: int(intOf(v[3])), Retried: int(intOf(v[6])), Started: time.UnixMilli(l.started), OrderKey: string(l.okey),
		})
		t.counts.move(flow, store.Queued, store.Running)
		t.onCommit(func() { t.leases.put(seq, l) })
		return nil
	}, t.now, flow, int64(n))
	slices.SortFunc(work, func(a, b store.Work) int { return cmp.Compare(a.Ref, b.Ref) })
	if err == nil && len(work) < n {
		t.counts.clearReady(flow)
	}
	return work, err
}

// queueDue queues the waiting runs that are due.
func (t *tx) queueDue() error {
	if t.counts.due == 0 || t.counts.due > t.now {
		return nil
	}
	const queue = `UPDATE runs SET state = 1, due = NULL
		WHERE seq IN (SELECT seq FROM runs WHERE state = 2 AND due <= ? ORDER BY due LIMIT 500) RETURNING flow`
	err := t.queryWrite(queue, func(v []driver.Value) error {
		t.counts.move(textOf(v[0]), store.Waiting, store.Queued)
		return nil
	}, t.now)
	if err != nil {
		return err
	}
	return t.findDue()
}
