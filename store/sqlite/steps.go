package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

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
	found, err := v.payload(w.Ref, &w.Payload)
	if err == nil && !found {
		err = errors.New("its event is missing")
	}
	if err != nil {
		return err
	}
	w.Steps, err = v.steps(w.Ref)
	return err
}

func (v *view) payload(seq int64, p *store.Payload) (bool, error) { return readPayload(v, seq, p) }

func readPayload(r querier, seq int64, p *store.Payload) (bool, error) {
	return r.queryRow("SELECT event, body, variables, response, output FROM payloads WHERE run = ?", func(v []driver.Value) {
		*p = store.Payload{Event: blobOf(v[0]), Body: blobOf(v[1]), Variables: blobOf(v[2]), Response: blobOf(v[3]), Output: blobOf(v[4])}
	}, seq)
}

// readSteps reads the steps of a run, in the order in which they began.
func (v *view) steps(seq int64) ([]store.Step, error) { return readSteps(v, seq) }

func readSteps(r querier, seq int64) ([]store.Step, error) {
	const list = `SELECT path, kind, state, attempts, began, took, input, output, cut_from, reason, class, action, position, message
		FROM steps WHERE run = ? ORDER BY began, path`
	var all []store.Step
	err := r.query(list, func(v []driver.Value) error {
		all = append(all, store.Step{
			Path: string(blobOf(v[0])), Kind: textOf(v[1]), State: flow.State(textOf(v[2])), Attempts: int(intOf(v[3])),
			Began: time.UnixMicro(intOf(v[4])), Took: time.Duration(intOf(v[5])) * time.Microsecond,
			Input: blobOf(v[6]), Output: blobOf(v[7]), CutFrom: int(intOf(v[8])), Cause: causeOf(v[9:]),
		})
		return nil
	}, seq)
	return all, err
}

// stepsAtOnce is how many steps one statement writes at most.
const stepsAtOnce = 8

// insertStepsSQL returns the statements that write n steps of a run, by n.
func insertStepsSQL() (texts [stepsAtOnce + 1]string) {
	const row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	text := "INSERT OR REPLACE INTO steps (run, path, kind, state, attempts, began, took, input, output, size) VALUES " + row
	for n := 1; n <= stepsAtOnce; n++ {
		texts[n] = text
		text += ", " + row
	}
	return texts
}

// writeSteps writes steps of an existing run. Steps without a cause, which are
// most, share statements. Of two steps with one path the later one stays.
func (t *tx) writeSteps(seq int64, steps []store.Step) error {
	for len(steps) > 0 {
		if !steps[0].Cause.IsZero() {
			if _, err := t.writeStep(store.Claim{Ref: seq}, &steps[0], false); err != nil {
				return err
			}
			steps = steps[1:]
			continue
		}
		n := 1
		for n < min(len(steps), stepsAtOnce) && steps[n].Cause.IsZero() {
			n++
		}
		t.args = t.args[:0]
		for i := range steps[:n] {
			t.args = appendStepArgs(append(t.args, seq), &steps[i])
		}
		if _, err := t.exec(t.insertStepsSQL[n], t.args...); err != nil {
			return err
		}
		steps = steps[n:]
	}
	return nil
}

// appendStepArgs appends the values of a step that every statement needs, after
// its run.
func appendStepArgs(args []driver.Value, s *store.Step) []driver.Value {
	return append(args, []byte(s.Path), store.CleanText(s.Kind), string(s.State), int64(s.Attempts), s.Began.UnixMicro(), s.Took.Microseconds(),
		nullBlob(s.Input), nullBlob(s.Output), int64(max(len(s.Input), len(s.Output))))
}

// writeStep writes a step. If fenced, it writes only for a run that is running
// under the claim.
func (t *tx) writeStep(c store.Claim, s *store.Step, held bool) (int64, error) {
	const (
		plain  = "INSERT OR REPLACE INTO steps (run, path, kind, state, attempts, began, took, input, output, size"
		why    = ", reason, class, action, position, message"
		values = ") SELECT seq, ?, ?, ?, ?, ?, ?, ?, ?, ?"
		marks  = ", ?, ?, ?, ?, ?"
		from   = " FROM runs WHERE seq = ?"
		fenced = " AND fence = ? AND state = 3"
	)
	t.args = appendStepArgs(t.args[:0], s)
	failed := !s.Cause.IsZero()
	if failed {
		c := s.Cause.Clean()
		t.args = append(t.args, nullText(c.Reason), nullText(c.Class), nullText(c.Action), nullText(c.Position), nullText(c.Message))
	}
	t.args = append(t.args, c.Ref)
	if held {
		t.args = append(t.args, c.Fence)
	}
	switch {
	case failed && held:
		return t.exec(plain+why+values+marks+from+fenced, t.args...)
	case failed:
		return t.exec(plain+why+values+marks+from, t.args...)
	case held:
		return t.exec(plain+values+from+fenced, t.args...)
	}
	return t.exec(plain+values+from, t.args...)
}
