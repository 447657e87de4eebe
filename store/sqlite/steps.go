package sqlite

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/packedsteps"
)

const selectSteps = `SELECT path, kind, state, attempts, began, took, input, output, cut_from, version, reason, class, action, position, message, detail
	FROM steps WHERE run = ?`

// readSteps reads the steps of a run, in the order in which they began.
func readSteps(r querier, seq int64) ([]store.Step, error) {
	rows, err := readStepRows(r, selectSteps+" ORDER BY began, path", seq)
	return packedsteps.Expand(rows), err
}

func readStepRows(r querier, list string, args ...driver.Value) ([]store.Step, error) {
	var all []store.Step
	err := r.query(list, func(v []driver.Value) error {
		all = append(all, store.Step{
			Path: string(blobOf(v[0])), Kind: textOf(v[1]), State: flow.State(textOf(v[2])), Attempts: int(intOf(v[3])),
			Began: time.UnixMicro(intOf(v[4])), Took: time.Duration(intOf(v[5])) * time.Microsecond,
			Input: blobOf(v[6]), Output: blobOf(v[7]), CutFrom: int(intOf(v[8])), Version: textOf(v[9]), Cause: causeOf(v[10:]),
		})
		return nil
	}, args...)
	return all, err
}

// unpackSteps gives the packed steps of a run rows of their own, before one of them
// changes. Packed steps that can't be read stay as they are.
func (t *tx) unpackSteps(seq int64) error {
	rows, err := readStepRows(t, selectSteps+" AND path = ?", seq, []byte(packedsteps.Path))
	if err != nil || len(rows) == 0 || !packedsteps.IsPacked(&rows[0]) {
		return err
	}
	steps, err := packedsteps.Unpack(&rows[0])
	if err != nil {
		return nil //nolint:nilerr // they stay
	}
	if _, err := t.exec("DELETE FROM steps WHERE run = ? AND path = ?", seq, []byte(packedsteps.Path)); err != nil {
		return err
	}
	return t.writeSteps(seq, steps)
}

// CompletedSteps returns steps of runs that are queued or wait.
func (s *Store) CompletedSteps(ctx context.Context, flowName string, limit int) ([]store.CompletedStep, error) {
	const list = `SELECT r.id, s.path, s.kind, s.version FROM runs r CROSS JOIN steps s ON s.run = r.seq
		WHERE r.flow = ? AND r.state <= 3 AND r.state < 3 AND s.state = ? LIMIT ?`
	var all []store.CompletedStep
	err := s.readers.withView(ctx, func(v *view) error {
		all = nil
		return v.query(list, func(v []driver.Value) error {
			all = append(all, store.CompletedStep{Run: idOf(v[0]).String(), Path: string(blobOf(v[1])), Kind: textOf(v[2]), Version: textOf(v[3])})
			return nil
		}, flowName, string(flow.Succeeded), int64(max(limit, 0)))
	})
	return all, err
}

// stepsAtOnce is how many steps one statement writes at most.
const stepsAtOnce = 8

// insertStepsSQL returns the statements that write n steps of a run, by n.
func insertStepsSQL() (texts [stepsAtOnce + 1]string) {
	const row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	text := "INSERT OR REPLACE INTO steps (run, path, kind, state, attempts, began, took, input, output, size, version) VALUES " + row
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
		nullBlob(s.Input), nullBlob(s.Output), cuttableSize(s), nullText(s.Version))
}

// cuttableSize returns the size of the larger of input and output. Packed steps are
// not cut.
func cuttableSize(s *store.Step) int64 {
	if packedsteps.IsPacked(s) {
		return 0
	}
	return int64(max(len(s.Input), len(s.Output)))
}

// writeStep writes a step. If fenced, it writes only for a run that is running
// under the claim.
func (t *tx) writeStep(c store.Claim, s *store.Step, fenced bool) (int64, error) {
	const (
		plain  = "INSERT OR REPLACE INTO steps (run, path, kind, state, attempts, began, took, input, output, size, version"
		why    = ", reason, class, action, position, message, detail"
		values = ") SELECT seq, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
		marks  = ", ?, ?, ?, ?, ?, ?"
		from   = " FROM runs WHERE seq = ?"
		guard  = " AND fence = ? AND state = 3"
	)
	t.args = appendStepArgs(t.args[:0], s)
	failed := !s.Cause.IsZero()
	if failed {
		c := s.Cause.Clean()
		t.args = append(t.args, nullText(c.Reason), nullText(c.Class), nullText(c.Action), nullText(c.Position), nullText(c.Message), nullText(c.Detail))
	}
	t.args = append(t.args, c.Ref)
	if fenced {
		t.args = append(t.args, c.Fence)
	}
	switch {
	case failed && fenced:
		return t.exec(plain+why+values+marks+from+guard, t.args...)
	case failed:
		return t.exec(plain+why+values+marks+from, t.args...)
	case fenced:
		return t.exec(plain+values+from+guard, t.args...)
	}
	return t.exec(plain+values+from, t.args...)
}
