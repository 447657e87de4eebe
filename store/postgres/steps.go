package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// stepRows are steps to be kept.
type stepRows []stepRow

type stepRow struct {
	claimKey // of the holder that did it; of a run that is new, its id alone
	*store.Step
}

// add adds the steps of a holder. Of two with the same path the later one counts.
func (r *stepRows) add(by claimKey, steps []store.Step) {
	for i := range steps {
		s := stepRow{by, &steps[i]}
		if old := r.find(by, s.Path); old >= 0 {
			(*r)[old] = s
			continue
		}
		*r = append(*r, s)
	}
}

// find returns the place of a step of the holder that was added last, or -1.
func (r *stepRows) find(by claimKey, path string) int {
	for i := len(*r) - 1; i >= 0 && (*r)[i].claimKey == by; i-- {
		if (*r)[i].Path == path {
			return i
		}
	}
	return -1
}

func stepSize(s *store.Step) int { return stepBytes + len(s.Input) + len(s.Output) }

func largestOf(s *store.Step) int { return noteworthy(max(len(s.Input), len(s.Output))) }

func (r stepRows) columns() []column {
	columns := []column{
		col("run", "uuid", r, func(s *stepRow) [16]byte { return s.id }),
		col("path", "bytea", r, func(s *stepRow) []byte { return []byte(s.Path) }),
		col("began", "timestamptz", r, func(s *stepRow) time.Time { return s.Began }),
		col("took", "bigint", r, func(s *stepRow) int64 { return s.Took.Microseconds() }),
		col("attempts", "int", r, func(s *stepRow) int { return s.Attempts }),
		col("kind", "text", r, func(s *stepRow) string { return store.CleanText(s.Kind) }),
		col("state", "text", r, func(s *stepRow) string { return store.CleanText(string(s.State)) }),
		col("input", "bytea", r, func(s *stepRow) []byte { return bytea(s.Input) }),
		col("output", "bytea", r, func(s *stepRow) []byte { return bytea(s.Output) }),
	}
	return append(columns, causeColumns(r, func(s *stepRow) *store.Cause { return &s.Cause })...)
}

const selectSteps = `SELECT run, path, began, took, attempts, cut_from, kind, state, input, output,
	coalesce(reason, ''), coalesce(class, ''), coalesce(action, ''), coalesce(position, ''), coalesce(message, '')
	FROM steps WHERE run = ANY($1::uuid[]) ORDER BY run, began, path`

// readSteps reads the result of selectSteps.
func readSteps(rows pgx.Rows, step func(store.ID, store.Step)) error {
	var run [16]byte
	var path []byte
	var s store.Step
	var took int64
	var state string
	c := &s.Cause
	places := []any{
		&run, &path, &s.Began, &took, &s.Attempts, &s.CutFrom, &s.Kind, &state, &s.Input, &s.Output,
		&c.Reason, &c.Class, &c.Action, &c.Position, &c.Message,
	}
	_, err := pgx.ForEachRow(rows, places, func() error {
		s.Path, s.State, s.Took = string(path), flow.State(state), time.Duration(took)*time.Microsecond
		step(run, s)
		return nil
	})
	return err
}
