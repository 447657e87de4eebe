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

// fewSteps is up to how many steps are looked through faster than they are
// noted by path.
const fewSteps = 8

// add adds the steps of a holder. Of two with the same path the later one counts.
func (r *stepRows) add(by claimKey, steps []store.Step) {
	first := r.begin(by)
	var places map[string]int // nil while there are few
	if len(*r)-first+len(steps) > fewSteps {
		places = make(map[string]int, len(*r)-first+len(steps))
		for i, s := range (*r)[first:] {
			places[s.Path] = first + i
		}
	}
	for i := range steps {
		s := stepRow{by, &steps[i]}
		old, known := r.find(first, s.Path, places)
		if known {
			(*r)[old] = s
			continue
		}
		if places != nil {
			places[s.Path] = len(*r)
		}
		*r = append(*r, s)
	}
}

// begin returns where the steps begin of the holder that was added last.
func (r *stepRows) begin(by claimKey) int {
	first := len(*r)
	for first > 0 && (*r)[first-1].claimKey == by {
		first--
	}
	return first
}

// find returns the place of a step, by the places or among the last ones.
func (r *stepRows) find(first int, path string, places map[string]int) (int, bool) {
	if places != nil {
		at, known := places[path]
		return at, known
	}
	for i := first; i < len(*r); i++ {
		if (*r)[i].Path == path {
			return i, true
		}
	}
	return 0, false
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
