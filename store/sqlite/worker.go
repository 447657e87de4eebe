package sqlite

import (
	"context"
	"errors"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/packedsteps"
)

// Heartbeat extends leases. It writes nothing, because leases live in memory.
func (s *Store) Heartbeat(ctx context.Context, d time.Duration, claims ...store.Claim) ([]store.Claim, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.leases.extend(d, claims), nil
}

// claimedRun returns the run of a claim, or ErrLost if the lease is gone. The
// statements that write check the fence in the file too.
func (t *tx) claimedRun(c store.Claim) (openRun, error) {
	l, ok := t.leases.get(c.Ref)
	if !ok || l.fence != c.Fence {
		return openRun{}, store.LostClaim(c)
	}
	return openRun{seq: c.Ref, id: l.id, flow: l.flow, state: store.Running, started: l.started, okey: l.okey}, nil
}

// Checkpoint stores steps of a claimed run.
func (s *Store) Checkpoint(ctx context.Context, c store.Claim, steps ...store.Step) error {
	return s.writer.do(ctx, func(t *tx) error {
		if _, err := t.claimedRun(c); err != nil {
			return err
		}
		return t.writeCheckpoint(c, steps)
	})
}

// writeCheckpoint writes steps. The first statement checks the fence.
func (t *tx) writeCheckpoint(c store.Claim, steps []store.Step) error {
	if len(steps) == 0 {
		return nil
	}
	n, err := t.writeStep(c, &steps[0], true)
	if err != nil {
		return err
	}
	if n == 0 {
		return store.LostClaim(c)
	}
	return t.writeSteps(c.Ref, steps[1:])
}

// Finish ends a claimed run.
func (s *Store) Finish(ctx context.Context, c store.Claim, e *store.Ending) error {
	if err := e.Validate(); err != nil {
		return err
	}
	steps := packedsteps.Pack(e.State, e.Steps)
	return s.writer.end(ctx, func(t *tx) error { return t.finishRun(c, e, steps) })
}

// finishRun ends a run. Its steps are as they are written.
func (t *tx) finishRun(c store.Claim, e *store.Ending, steps []store.Step) error {
	r, err := t.claimedRun(c)
	if err != nil {
		return err
	}
	if err := t.writeEnding(c, e); err != nil { // it asks the file who holds the run
		return err
	}
	if err := t.writeSteps(c.Ref, steps); err != nil {
		return err
	}
	if len(e.Response) > 0 || len(e.Output) > 0 {
		_, err := t.exec("UPDATE payloads SET response = coalesce(?, response), output = coalesce(?, output) WHERE run = ?",
			nullBlob(e.Response), nullBlob(e.Output), c.Ref)
		if err != nil {
			return err
		}
	}
	if e.Status != 0 {
		if _, err := t.exec("UPDATE runs SET status = ? WHERE seq = ?", int64(e.Status), c.Ref); err != nil {
			return err
		}
	}
	if e.State == store.Failed {
		if err := t.writeFailures(c.Ref, e.Watchers, &e.Cause); err != nil {
			return err
		}
	}
	t.countEnded(r, e.State)
	t.onCommit(func() { t.leases.drop(c.Ref) })
	return t.unblockNext(r.flow, r.okey)
}

// writeEnding writes the row of a run that ends, and checks the fence.
func (t *tx) writeEnding(c store.Claim, e *store.Ending) error {
	const (
		first  = "UPDATE runs SET state = ?, finished = ?" // no earlier claim left a cause
		plain  = "UPDATE runs SET state = ?, finished = ?, reason = NULL, class = NULL, action = NULL, position = NULL, message = NULL, detail = NULL"
		why    = "UPDATE runs SET state = ?, finished = ?, reason = ?, class = ?, action = ?, position = ?, message = ?, detail = ?, failure = ?"
		fenced = " WHERE seq = ? AND fence = ? AND state = 3"
	)
	var n int64
	var err error
	switch {
	case e.Cause.IsZero() && e.State != store.Failed && c.Fence == 1:
		n, err = t.exec(first+fenced, int64(e.State), t.now, c.Ref, c.Fence)
	case e.Cause.IsZero() && e.State != store.Failed:
		n, err = t.exec(plain+fenced, int64(e.State), t.now, c.Ref, c.Fence)
	default:
		w := e.Cause.Clean()
		n, err = t.exec(why+fenced, int64(e.State), t.now, nullText(w.Reason), nullText(w.Class), nullText(w.Action), nullText(w.Position), nullText(w.Message), nullText(w.Detail), failureOf(e.State, &e.Cause),
			c.Ref, c.Fence)
	}
	return checkFence(c, n, err)
}

// checkFence returns ErrLost if an update found no row for the claim.
func checkFence(c store.Claim, n int64, err error) error {
	if err == nil && n == 0 {
		return store.LostClaim(c)
	}
	return err
}

// Retry puts a claimed run back for another attempt.
func (s *Store) Retry(ctx context.Context, c store.Claim, l store.Requeue) error {
	return s.writer.end(ctx, func(t *tx) error { return t.requeueClaimed(c, l, 1) })
}

// Suspend puts a claimed run back for a time.
func (s *Store) Suspend(ctx context.Context, c store.Claim, l store.Requeue) error {
	l.Cause = store.Cause{}
	return s.writer.end(ctx, func(t *tx) error { return t.requeueClaimed(c, l, 0) })
}

// Release puts claimed runs back as if they had not been claimed.
func (s *Store) Release(ctx context.Context, claims ...store.Claim) error {
	return s.writer.end(ctx, func(t *tx) error {
		for _, c := range claims {
			if err := t.requeueClaimed(c, store.Requeue{}, 0); err != nil && !errors.Is(err, store.ErrLost) {
				return err
			}
		}
		return nil
	})
}

// requeueClaimed queues a claimed run, or makes it wait.
func (t *tx) requeueClaimed(c store.Claim, l store.Requeue, attempts int64) error {
	r, err := t.claimedRun(c)
	if err != nil {
		return err
	}
	to, due := t.requeueState(l.Delay)
	n, err := t.exec("UPDATE runs SET state = ?, due = ?, attempt = attempt + ? WHERE seq = ? AND fence = ? AND state = 3",
		int64(to), due, attempts, c.Ref, c.Fence)
	if err := checkFence(c, n, err); err != nil {
		return err
	}
	if err := t.writeSteps(c.Ref, l.Steps); err != nil {
		return err
	}
	if attempts > 0 {
		if err := t.writeCause(c.Ref, l.Cause); err != nil {
			return err
		}
	}
	t.countRequeued(r, to)
	t.onCommit(func() { t.leases.drop(c.Ref) })
	return nil
}

// requeueState returns the state of a run that continues after a delay, and when
// it is due.
func (t *tx) requeueState(after time.Duration) (store.State, any) {
	if after <= 0 {
		return store.Queued, nil
	}
	due := t.now + roundUpMillis(after)
	t.noteDue(due)
	return store.Waiting, due
}

// countRequeued counts a run that was running and is put back.
func (t *tx) countRequeued(r openRun, to store.State) {
	t.counts.move(r.flow, store.Running, to)
	t.signalReady = t.signalReady || t.counts.of(r.flow).ready > 0
}

func (t *tx) writeCause(seq int64, why store.Cause) error {
	why = why.Clean()
	_, err := t.exec("UPDATE runs SET reason = ?, class = ?, action = ?, position = ?, message = ?, detail = ? WHERE seq = ?",
		nullText(why.Reason), nullText(why.Class), nullText(why.Action), nullText(why.Position), nullText(why.Message), nullText(why.Detail), seq)
	return err
}
