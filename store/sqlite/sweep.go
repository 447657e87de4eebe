package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/webhook-gateway/gateway/store"
)

// Sweep takes runs away whose lease has ended.
func (s *Store) Sweep(ctx context.Context, q store.SweepQuery) (store.Swept, error) {
	var out store.Swept
	err := s.writer.do(ctx, func(t *tx) error {
		out = store.Swept{}
		return t.sweepExpired(q, &out)
	})
	return out, err
}

func (t *tx) sweepExpired(q store.SweepQuery, out *store.Swept) error {
	over, more := t.leases.takeExpired(q.Limit)
	t.onRollback(func() {
		for seq, l := range over {
			t.leases.put(seq, l)
		}
	})
	out.More = more
	for seq, l := range over {
		r := openRun{seq: seq, id: l.id, flow: l.flow, state: store.Running, started: l.started, okey: l.okey}
		if err := t.sweepRun(r, l.fence, q, out); err != nil {
			return err
		}
	}
	return nil
}

// sweepRun puts a lost run back, or fails it if it was lost too often without a
// completed step in between.
func (t *tx) sweepRun(r openRun, fence int64, q store.SweepQuery, out *store.Swept) error {
	const losses = `SELECT lost, lost_steps, (SELECT count(*) FROM steps WHERE run = seq) FROM runs WHERE seq = ? AND fence = ? AND state = 3`
	var times, before, steps int64
	found, err := t.queryRow(losses, func(v []driver.Value) { times, before, steps = intOf(v[0]), intOf(v[1]), intOf(v[2]) }, r.seq, fence)
	if err != nil || !found {
		return err
	}
	if steps > before {
		times = 0
	}
	times++
	why := store.LossCause(int(times))
	delay, again := q.LossDelay(int(times))
	if !again {
		if err := t.endRun(r, store.Failed, why); err != nil {
			return err
		}
		if err := t.writeFailures(r.seq, q.WatchersOf(r.flow), &why); err != nil {
			return err
		}
		out.Failed = append(out.Failed, t.sweptSummary(r, store.Failed))
		return nil
	}
	to, due := t.requeueState(delay)
	_, err = t.exec("UPDATE runs SET state = ?, due = ?, attempt = attempt + 1, lost = ?, lost_steps = ? WHERE seq = ?", int64(to), due, times, steps, r.seq)
	if err != nil {
		return err
	}
	if err := t.writeCause(r.seq, why); err != nil {
		return err
	}
	t.countRequeued(r, to)
	out.Requeued = append(out.Requeued, t.sweptSummary(r, to))
	return nil
}

func (t *tx) sweptSummary(r openRun, s store.State) store.Summary {
	return store.Summary{ID: r.id.String(), Flow: r.flow, State: s, Received: r.id.Time()}
}
