package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// readWork reads what belongs to a claimed run.
func (s *Store) readWork(ctx context.Context, w *store.Work) error {
	row := s.statements.payload.QueryRowContext(ctx, w.Ref)
	if err := scanPayload(row, &w.Payload); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("run %s: its event is missing in the file", w.ID)
		}
		return fmt.Errorf("reading the event of run %s: %w", w.ID, unavailable(err))
	}
	var err error
	if w.Steps, err = readSteps(ctx, s.statements.steps, w.Ref); err != nil {
		return fmt.Errorf("reading the steps of run %s: %w", w.ID, unavailable(err))
	}
	return nil
}

const (
	selectPayload = "SELECT event, body, variables, response, output FROM payloads WHERE run = ?"
	selectSteps   = `SELECT path, kind, state, attempts, began, took, input, output, cut_from,
		coalesce(reason, ''), coalesce(class, ''), coalesce(action, ''), coalesce(position, ''), coalesce(message, '')
		FROM steps WHERE run = ? ORDER BY began, path`
)

func scanPayload(row *sql.Row, p *store.Payload) error {
	return row.Scan(&p.Event, &p.Body, &p.Variables, &p.Response, &p.Output)
}

func readSteps(ctx context.Context, stmt *sql.Stmt, seq int64) ([]store.Step, error) {
	rows, err := stmt.QueryContext(ctx, seq)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var steps []store.Step
	for rows.Next() {
		var s store.Step
		var path []byte
		var state string
		var began, took int64
		c := &s.Cause
		err := rows.Scan(&path, &s.Kind, &state, &s.Attempts, &began, &took, &s.Input, &s.Output, &s.CutFrom,
			&c.Reason, &c.Class, &c.Action, &c.Position, &c.Message)
		if err != nil {
			return nil, err
		}
		s.Path, s.State = string(path), flow.State(state)
		s.Began, s.Took = time.UnixMicro(began), time.Duration(took)*time.Microsecond
		steps = append(steps, s)
	}
	return steps, rows.Err()
}

// putStep keeps a step, and returns how many rows it is: none where the run
// does not exist.
func (t *tx) putStep(seq int64, s *store.Step) (int64, error) {
	return t.putHeldStep(store.Claim{Ref: seq}, s, false)
}

// putHeldStep keeps a step, where held is asked for only of a run that is
// running under the claim.
func (t *tx) putHeldStep(c store.Claim, s *store.Step, held bool) (int64, error) {
	const (
		plain  = "INSERT OR REPLACE INTO steps (run, path, kind, state, attempts, began, took, input, output, size"
		why    = ", reason, class, action, position, message"
		values = ") SELECT seq, ?, ?, ?, ?, ?, ?, ?, ?, ?"
		marks  = ", ?, ?, ?, ?, ?"
		from   = " FROM runs WHERE seq = ?"
		fenced = " AND fence = ? AND state = 3"
	)
	size := max(len(s.Input), len(s.Output))
	t.args = append(t.args[:0], []byte(s.Path), store.CleanText(s.Kind), string(s.State), int64(s.Attempts), s.Began.UnixMicro(), s.Took.Microseconds(),
		blob(s.Input), blob(s.Output), int64(size))
	failed := !s.Cause.IsZero()
	if failed {
		c := s.Cause.Clean()
		t.args = append(t.args, orNull(c.Reason), orNull(c.Class), orNull(c.Action), orNull(c.Position), orNull(c.Message))
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
