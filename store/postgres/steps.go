package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/packedsteps"
)

// stepRows are steps to be written.
type stepRows []stepRow

type stepRow struct {
	claimKey // the worker's claim; of a new run, its id alone
	*store.Step
}

// maxLinearSteps is up to how many steps a linear search by path is faster than
// a map.
const maxLinearSteps = 8

// addSteps adds steps of a claim. Of two steps with one path the later one
// stays.
func (r *stepRows) addSteps(by claimKey, steps []store.Step) {
	first := r.firstRow(by)
	var indexes map[string]int // nil for few steps
	if len(*r)-first+len(steps) > maxLinearSteps {
		indexes = make(map[string]int, len(*r)-first+len(steps))
		for i, s := range (*r)[first:] {
			indexes[s.Path] = first + i
		}
	}
	for i := range steps {
		s := stepRow{by, &steps[i]}
		old, known := r.findRow(first, s.Path, indexes)
		if known {
			(*r)[old] = s
			continue
		}
		if indexes != nil {
			indexes[s.Path] = len(*r)
		}
		*r = append(*r, s)
	}
}

// firstRow returns the index of the first step of a claim, whose steps were
// added last.
func (r *stepRows) firstRow(by claimKey) int {
	first := len(*r)
	for first > 0 && (*r)[first-1].claimKey == by {
		first--
	}
	return first
}

// findRow returns the index of a step: from indexes, or if that is nil by a
// search from first.
func (r *stepRows) findRow(first int, path string, indexes map[string]int) (int, bool) {
	if indexes != nil {
		at, known := indexes[path]
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

func stepsSize(steps []store.Step) int {
	n := 0
	for i := range steps {
		n += stepSize(&steps[i])
	}
	return n
}

// largestPart returns the cuttable size of the larger of input and output. Packed steps
// are not cut.
func largestPart(s *store.Step) int {
	if packedsteps.IsPacked(s) {
		return 0
	}
	return cuttableSize(max(len(s.Input), len(s.Output)))
}

func (r stepRows) columns() []column {
	columns := []column{
		columnOf("run", "uuid", r, func(s *stepRow) [16]byte { return s.id }),
		columnOf("path", "bytea", r, func(s *stepRow) []byte { return []byte(s.Path) }),
		columnOf("began", "timestamptz", r, func(s *stepRow) time.Time { return s.Began }),
		columnOf("took", "bigint", r, func(s *stepRow) int64 { return s.Took.Microseconds() }),
		columnOf("attempts", "int", r, func(s *stepRow) int { return s.Attempts }),
		columnOf("kind", "text", r, func(s *stepRow) string { return store.CleanText(s.Kind) }),
		columnOf("state", "text", r, func(s *stepRow) string { return store.CleanText(string(s.State)) }),
		columnOf("input", "bytea", r, func(s *stepRow) []byte { return nullBlob(s.Input) }),
		columnOf("output", "bytea", r, func(s *stepRow) []byte { return nullBlob(s.Output) }),
		columnOf("version", "text", r, func(s *stepRow) *string { return nullText(s.Version) }),
	}
	return append(columns, causeColumns(r, func(s *stepRow) *store.Cause { return &s.Cause })...)
}

// CompletedSteps returns steps of runs that are queued or wait.
func (s *Store) CompletedSteps(ctx context.Context, flowName string, limit int) ([]store.CompletedStep, error) {
	const list = `SELECT r.id, s.path, s.kind, coalesce(s.version, '') FROM runs r JOIN steps s ON s.run = r.id
		WHERE r.flow = $1 AND (r.state <= 1 OR r.state = 2) AND s.state = $2 LIMIT $3`
	rows, err := s.readPool.Query(ctx, list, flowName, string(flow.Succeeded), max(limit, 0))
	if err != nil {
		return nil, wrapContextError(ctx, err)
	}
	var all []store.CompletedStep
	var id [16]byte
	var path []byte
	var c store.CompletedStep
	_, err = pgx.ForEachRow(rows, []any{&id, &path, &c.Kind, &c.Version}, func() error {
		all = append(all, store.CompletedStep{Run: store.ID(id).String(), Path: string(path), Kind: c.Kind, Version: c.Version})
		return nil
	})
	return all, wrapContextError(ctx, err)
}

// replaceStep ends the insertion of steps, of which the run may have an earlier attempt.
const replaceStep = " ON CONFLICT (run, path) DO UPDATE SET began = excluded.began, took = excluded.took, attempts = excluded.attempts," +
	" cut_from = 0, kind = excluded.kind, state = excluded.state, input = excluded.input, output = excluded.output, version = excluded.version," +
	" reason = excluded.reason, class = excluded.class, action = excluded.action, position = excluded.position, message = excluded.message, detail = excluded.detail"

// unpackSteps gives the packed steps of runs rows of their own, before one of them
// changes. Packed steps that can't be read stay as they are.
func unpackSteps(ctx context.Context, t *tx, ids [][16]byte, shard int16) error {
	const packed = "SELECT run, began, coalesce(version, ''), output FROM steps WHERE run = ANY($1::uuid[]) AND path = $2 AND state = $3"
	if len(ids) == 0 {
		return nil
	}
	var steps stepRows
	var unpacked [][16]byte
	var id [16]byte
	row := store.Step{Path: packedsteps.Path, State: packedsteps.State}
	scanRows(t.addSQL(packed, ids, []byte(row.Path), string(row.State)), []any{&id, &row.Began, &row.Version, &row.Output}, func() error {
		if of, err := packedsteps.Unpack(&row); err == nil {
			steps.addSteps(claimKey{id: id}, of)
			unpacked = append(unpacked, id)
		}
		return nil
	})
	if err := t.sendAll(ctx); err != nil || len(unpacked) == 0 {
		return err
	}
	t.addSQL("DELETE FROM steps WHERE run = ANY($1::uuid[]) AND path = $2", unpacked, []byte(packedsteps.Path))
	t.addQuery(insertQuery("steps", steps.columns()).add(replaceStep))
	recountBytes(t, unpacked, shard)
	return nil
}

const selectSteps = `SELECT run, path, began, took, attempts, cut_from, kind, state, input, output, coalesce(version, ''),
	coalesce(reason, ''), coalesce(class, ''), coalesce(action, ''), coalesce(position, ''), coalesce(message, ''), coalesce(detail, '')
	FROM steps WHERE run = ANY($1::uuid[]) ORDER BY run, began, path`

// readSteps reads the result of selectSteps. It calls of with the steps of each run.
func readSteps(rows pgx.Rows, of func(store.ID, []store.Step)) error {
	var last store.ID
	var steps []store.Step
	var run [16]byte
	var path []byte
	var s store.Step
	var took int64
	var state string
	c := &s.Cause
	indexes := []any{
		&run, &path, &s.Began, &took, &s.Attempts, &s.CutFrom, &s.Kind, &state, &s.Input, &s.Output, &s.Version,
		&c.Reason, &c.Class, &c.Action, &c.Position, &c.Message, &c.Detail,
	}
	_, err := pgx.ForEachRow(rows, indexes, func() error {
		s.Path, s.State, s.Took = string(path), flow.State(state), time.Duration(took)*time.Microsecond
		if run != last && len(steps) > 0 {
			of(last, packedsteps.Expand(steps))
			steps = nil
		}
		last, steps = run, append(steps, s)
		return nil
	})
	if err == nil && len(steps) > 0 {
		of(last, packedsteps.Expand(steps))
	}
	return err
}
