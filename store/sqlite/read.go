package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Get returns a whole run.
func (s *Store) Get(ctx context.Context, id string) (*store.Run, error) {
	key, err := store.ParseID(id)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrNotFound, err)
	}
	run := &store.Run{}
	err = s.readers.withView(ctx, func(v *view) error {
		*run = store.Run{}
		return s.readRun(v, key, run)
	})
	if err != nil {
		return nil, err
	}
	return run, nil
}

func (s *Store) readRun(v *view, id store.ID, run *store.Run) error {
	var seq int64
	found, err := v.queryRow("SELECT "+columns+", seq, cut, okey, version, parent FROM runs WHERE id = ?", func(v []driver.Value) {
		run.Summary = summaryFromRow(v)
		more := v[columnCount:]
		seq, run.Cut, run.OrderKey, run.Version = intOf(more[0]), intOf(more[1]) != 0, string(blobOf(more[2])), textOf(more[3])
		run.Parent = idTextOf(more[4])
	}, id[:])
	if err != nil {
		return err
	}
	if !found {
		return readOutcome(v, id, run)
	}
	if l, ok := s.leases.get(seq); ok && run.State == store.Running {
		run.Owner, run.Lease = l.owner, s.leaseEnd(l)
	}
	if _, err := readPayload(v, seq, &run.Payload); err != nil {
		return err
	}
	run.Steps, err = readSteps(v, seq)
	return err
}

// readOutcome reads a run of which only the outcome is stored.
func readOutcome(v *view, id store.ID, run *store.Run) error {
	o, found, err := findOutcome(v, id)
	if err == nil && !found {
		err = fmt.Errorf("%w: run %s", store.ErrNotFound, id)
	}
	if err != nil {
		return err
	}
	r, err := o.Run()
	if err == nil {
		*run = *r
	}
	return err
}

// leaseEnd returns the time of day at which a lease ends, unless it is extended.
func (s *Store) leaseEnd(l lease) time.Time {
	if l.until == leaseEnded {
		return time.Time{}
	}
	left := l.until - s.clock.elapsed()
	return time.UnixMilli(s.clock.now()).Add(left)
}

// readWork reads the data of claimed runs, except of runs that the caller has
// cached.
func (s *Store) readWork(ctx context.Context, work []store.Work, has func(id string) bool) {
	missing := func(w store.Work) bool { return w.Fence > 1 || has == nil || !has(w.ID) }
	if !slices.ContainsFunc(work, missing) {
		return
	}
	err := s.readers.withView(ctx, func(v *view) error {
		for i := range work {
			if !missing(work[i]) {
				continue
			}
			if err := v.readWorkData(&work[i]); err != nil {
				work[i].Err = fmt.Errorf("reading what belongs to run %s: %w", work[i].ID, wrapUnavailable(err))
			}
		}
		return nil
	})
	for i := range work {
		if err != nil && work[i].Err == nil && missing(work[i]) {
			work[i].Err = fmt.Errorf("reading what belongs to run %s: %w", work[i].ID, err)
		}
	}
}

func (v *view) readWorkData(w *store.Work) error {
	found, err := readPayload(v, w.Ref, &w.Payload)
	if err == nil && !found {
		err = errors.New("its event is missing")
	}
	if err != nil {
		return err
	}
	w.Steps, err = readSteps(v, w.Ref)
	return err
}

func readPayload(r querier, seq int64, p *store.Payload) (bool, error) {
	return r.queryRow("SELECT event, body, variables, response, output, trace FROM payloads WHERE run = ?", func(v []driver.Value) {
		*p = store.Payload{Event: blobOf(v[0]), Body: blobOf(v[1]), Variables: blobOf(v[2]), Response: blobOf(v[3]), Output: blobOf(v[4]), Trace: blobOf(v[5])}
	}, seq)
}

// columns are the columns of summaryFromRow, columnCount of them.
const (
	columns     = "id, flow, state, due, started, finished, attempt, status, size, reason, class, action, position, message, detail"
	columnCount = 15
)

// summaryFromRow reads a row of columns.
func summaryFromRow(v []driver.Value) store.Summary {
	id := idOf(v[0])
	return store.Summary{
		ID: id.String(), Flow: textOf(v[1]), State: publicState(stateOf(v[2])), Received: id.Time(),
		Due: timeOf(v[3]), Started: timeOf(v[4]), Finished: timeOf(v[5]),
		Attempt: int(intOf(v[6])), Status: int(intOf(v[7])), Size: int(intOf(v[8])), Cause: causeOf(v[9:]),
	}
}
