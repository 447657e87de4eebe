package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
)

// Cancel ends a run that is not over.
func (s *Store) Cancel(ctx context.Context, id string) error {
	key, err := store.ParseID(id)
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	return s.writer.do(ctx, func(t *tx) error { return t.cancelRun(key) })
}

// CancelAll cancels the runs of a page that are not over.
func (s *Store) CancelAll(ctx context.Context, q store.ListQuery) (store.Changed, error) {
	return s.changePage(ctx, q, []store.State{store.Queued, store.Waiting, store.Running}, (*tx).cancelRun)
}

func (t *tx) cancelRun(id store.ID) error {
	r, err := t.findRun(id)
	if err != nil {
		return err
	}
	if r.state != blocked && !r.state.Open() {
		return fmt.Errorf("%w: run %s is over: it is %s", store.ErrState, id, r.state)
	}
	return t.endRun(r.openRun, store.Cancelled, store.Cause{Reason: store.ReasonPerson})
}

// foundRun is a run that may be over.
type foundRun struct {
	openRun
	finished int64
	cut      bool
}

func (t *tx) findRun(id store.ID) (foundRun, error) {
	var r foundRun
	found, err := t.queryRow("SELECT seq, flow, state, started, okey, finished, cut FROM runs WHERE id = ?", func(v []driver.Value) {
		r.openRun = openRun{seq: intOf(v[0]), id: id, flow: textOf(v[1]), state: stateOf(v[2]), started: intOf(v[3]), okey: blobOf(v[4])}
		r.finished, r.cut = intOf(v[5]), intOf(v[6]) != 0
	}, id[:])
	if err == nil && !found {
		err = fmt.Errorf("%w: run %s", store.ErrNotFound, id)
	}
	return r, err
}

// changePage changes the runs of a page that are in one of the states.
func (s *Store) changePage(ctx context.Context, q store.ListQuery, in []store.State, change func(*tx, store.ID) error) (store.Changed, error) {
	q.States = intersectStates(q.States, in)
	if len(q.States) == 0 {
		return store.Changed{}, nil
	}
	page, err := s.List(ctx, q)
	if err != nil {
		return store.Changed{}, err
	}
	out := store.Changed{Next: page.Next}
	err = s.writer.do(ctx, func(t *tx) error {
		out.N = 0
		for _, run := range page.Runs {
			id, err := store.ParseID(run.ID)
			if err != nil {
				return err
			}
			err = change(t, id)
			switch {
			case err == nil:
				out.N++
			case changedSinceListed(err):
			default:
				return err
			}
		}
		return nil
	})
	return out, err
}

func changedSinceListed(err error) bool {
	return errors.Is(err, store.ErrState) || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrCut)
}

func intersectStates(asked, in []store.State) []store.State {
	if len(asked) == 0 {
		return in
	}
	var both []store.State
	for _, s := range in {
		for _, a := range asked {
			if a == s {
				both = append(both, s)
			}
		}
	}
	return both
}
