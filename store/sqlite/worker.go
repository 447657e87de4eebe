package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Heartbeat makes leases last longer. It writes nothing: see leases.
func (s *Store) Heartbeat(ctx context.Context, d time.Duration, claims ...store.Claim) ([]store.Claim, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.leases.extend(d, claims), nil
}

// held returns the run of a claim if the caller still holds it. The statements
// that follow ask the file as well.
func (t *tx) held(c store.Claim) (openRun, error) {
	l, ok := t.leases.get(c.Ref)
	if !ok || l.fence != c.Fence {
		return openRun{}, lost(c)
	}
	return openRun{seq: c.Ref, id: l.id, flow: l.flow, state: store.Running, started: l.started, okey: l.okey}, nil
}

func lost(c store.Claim) error { return fmt.Errorf("%w: run %s", store.ErrLost, c.ID) }

// Checkpoint keeps steps of a claimed run.
func (s *Store) Checkpoint(ctx context.Context, c store.Claim, steps ...store.Step) error {
	return s.writer.do(ctx, func(t *tx) error {
		if _, err := t.held(c); err != nil {
			return err
		}
		return t.checkpoint(c, steps)
	})
}

// checkpoint keeps steps; the first asks the file who holds the run.
func (t *tx) checkpoint(c store.Claim, steps []store.Step) error {
	if len(steps) == 0 {
		return nil
	}
	n, err := t.putHeldStep(c, &steps[0], true)
	if err != nil {
		return err
	}
	if n == 0 {
		return lost(c)
	}
	return t.putSteps(c.Ref, steps[1:])
}

// Finish ends a claimed run.
func (s *Store) Finish(ctx context.Context, c store.Claim, e *store.Ending) error {
	if e.State != store.Succeeded && e.State != store.Failed && e.State != store.Cancelled {
		return fmt.Errorf("a run can't be finished as %s: use succeeded, failed or cancelled", e.State)
	}
	return s.writer.do(ctx, func(t *tx) error { return t.finish(c, e) })
}

func (t *tx) finish(c store.Claim, e *store.Ending) error {
	r, err := t.held(c)
	if err != nil {
		return err
	}
	if err := t.setEnd(c, e); err != nil { // it asks the file who holds the run
		return err
	}
	if err := t.putSteps(c.Ref, e.Steps); err != nil {
		return err
	}
	if len(e.Response) > 0 || len(e.Output) > 0 {
		_, err := t.exec("UPDATE payloads SET response = coalesce(?, response), output = coalesce(?, output) WHERE run = ?",
			blob(e.Response), blob(e.Output), c.Ref)
		if err != nil {
			return err
		}
	}
	if e.Status != 0 {
		if _, err := t.exec("UPDATE runs SET status = ? WHERE seq = ?", int64(e.Status), c.Ref); err != nil {
			return err
		}
	}
	t.ended(r, e.State)
	t.afterwards(func() { t.leases.drop(c.Ref) })
	return t.nextTurn(r.flow, r.okey)
}

// setEnd moves the row to its end.
func (t *tx) setEnd(c store.Claim, e *store.Ending) error {
	const (
		plain  = "UPDATE runs SET state = ?, finished = ?, reason = NULL, class = NULL, action = NULL, position = NULL, message = NULL"
		why    = "UPDATE runs SET state = ?, finished = ?, reason = ?, class = ?, action = ?, position = ?, message = ?"
		fenced = " WHERE seq = ? AND fence = ? AND state = 3"
	)
	var n int64
	var err error
	if e.Cause.IsZero() {
		n, err = t.exec(plain+fenced, int64(e.State), t.now, c.Ref, c.Fence)
	} else {
		w := e.Cause.Clean()
		n, err = t.exec(why+fenced, int64(e.State), t.now, orNull(w.Reason), orNull(w.Class), orNull(w.Action), orNull(w.Position), orNull(w.Message),
			c.Ref, c.Fence)
	}
	return changed(c, n, err)
}

// changed makes ErrLost of an update that found no row under the claim.
func changed(c store.Claim, n int64, err error) error {
	if err == nil && n == 0 {
		return lost(c)
	}
	return err
}

// Retry puts a claimed run back for another attempt.
func (s *Store) Retry(ctx context.Context, c store.Claim, l store.Requeue) error {
	return s.writer.do(ctx, func(t *tx) error { return t.putBack(c, l, 1) })
}

// Park puts a claimed run aside for a time.
func (s *Store) Suspend(ctx context.Context, c store.Claim, l store.Requeue) error {
	l.Cause = store.Cause{}
	return s.writer.do(ctx, func(t *tx) error { return t.putBack(c, l, 0) })
}

// Release puts claimed runs back as if they had not been claimed.
func (s *Store) Release(ctx context.Context, claims ...store.Claim) error {
	return s.writer.do(ctx, func(t *tx) error {
		for _, c := range claims {
			if err := t.putBack(c, store.Requeue{}, 0); err != nil && !errors.Is(err, store.ErrLost) {
				return err
			}
		}
		return nil
	})
}

// putBack makes a claimed run wait, or queues it.
func (t *tx) putBack(c store.Claim, l store.Requeue, attempts int64) error {
	r, err := t.held(c)
	if err != nil {
		return err
	}
	to, due := t.later(l.Delay)
	n, err := t.exec("UPDATE runs SET state = ?, due = ?, attempt = attempt + ? WHERE seq = ? AND fence = ? AND state = 3",
		int64(to), due, attempts, c.Ref, c.Fence)
	if err := changed(c, n, err); err != nil {
		return err
	}
	if err := t.putSteps(c.Ref, l.Steps); err != nil {
		return err
	}
	if attempts > 0 {
		if err := t.setCause(c.Ref, l.Cause); err != nil {
			return err
		}
	}
	t.back(r, to)
	t.afterwards(func() { t.leases.drop(c.Ref) })
	return nil
}

// later gives the state of a run that goes on after a time, and when it is due.
func (t *tx) later(after time.Duration) (store.State, any) {
	if after <= 0 {
		return store.Queued, nil
	}
	due := t.now + upward(after)
	t.waits(due)
	return store.Waiting, due
}

// back counts a run that was running and is put back.
func (t *tx) back(r openRun, to store.State) {
	t.mirror.move(r.flow, store.Running, to)
	t.wakes = t.wakes || t.mirror.of(r.flow).ready > 0
}

func (t *tx) setCause(seq int64, why store.Cause) error {
	why = why.Clean()
	_, err := t.exec("UPDATE runs SET reason = ?, class = ?, action = ?, position = ?, message = ? WHERE seq = ?",
		orNull(why.Reason), orNull(why.Class), orNull(why.Action), orNull(why.Position), orNull(why.Message), seq)
	return err
}
