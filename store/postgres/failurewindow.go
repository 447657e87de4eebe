package postgres

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// leftFailure is a failure of a run that a transaction leaves for a watcher.
type leftFailure struct {
	key     claimKey
	watcher string
	message string
}

type leftFailures []leftFailure

func (l *leftFailures) add(key claimKey, watchers []string, why *store.Cause) {
	for _, w := range watchers {
		*l = append(*l, leftFailure{key, w, store.FailureMessage(why)})
	}
}

// joinEnded joins the failures, the table u, with the runs that the transaction has
// ended.
func joinEnded(q *query) { q.add(" JOIN runs r ON r.id = u.run") }

// addInsert adds a statement that writes the failures. join joins them with their
// runs, the table r.
func (l leftFailures) addInsert(t *tx, join func(*query)) {
	if len(l) == 0 {
		return
	}
	q := newQuery("INSERT INTO watched_failures (watcher, flow, run, at, failure, action, message)"+
		" SELECT u.watcher, r.flow, r.id, r.finished, r.failure, r.action, u.message FROM ").table("u", []column{
		columnOf("run", "uuid", l, func(f *leftFailure) [16]byte { return f.key.id }),
		columnOf("fence", "bigint", l, func(f *leftFailure) int64 { return f.key.fence }),
		columnOf("watcher", "text", l, func(f *leftFailure) string { return f.watcher }),
		columnOf("message", "text", l, func(f *leftFailure) string { return f.message }),
	})
	join(q)
	t.addQuery(q.add(" WHERE NOT r.from_failure"))
}

// CollectFailures moves failures into the window of a watcher. Most calls find none,
// and write nothing.
func (s *Store) CollectFailures(ctx context.Context, w store.FailureWatch) (out store.CollectedFailures, err error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return out, err
	}
	defer cancel()
	c := &failureCollector{FailureWatch: w}
	if err := inTransaction(ctx, s.writePool, c.findDueWindow); err != nil || !c.waiting {
		return c.out, err
	}
	err = inTransaction(ctx, s.writePool, c.collect)
	return c.out, err
}

// failureCollector is a call of CollectFailures.
type failureCollector struct {
	store.FailureWatch
	out     store.CollectedFailures
	waiting bool // failures wait to be counted
}

// findDueWindow finds the window if it is due, and whether failures wait.
func (c *failureCollector) findDueWindow(ctx context.Context, t *tx) error {
	c.out, c.waiting = store.CollectedFailures{}, false
	scanRows(t.addSQL("SELECT true FROM watched_failures WHERE watcher = $1 LIMIT 1", c.Flow), []any{&c.waiting}, func() error { return nil })
	state, now, err := readWindow(ctx, t, c.Flow, "")
	if err == nil {
		c.out = state.Result(c.FailureWatch, now)
	}
	return err
}

// collect counts failures. The row of the window is locked, so that one gateway counts
// at a time.
func (c *failureCollector) collect(ctx context.Context, t *tx) error {
	c.out = store.CollectedFailures{}
	t.addSQL("INSERT INTO failure_windows (watcher) VALUES ($1) ON CONFLICT DO NOTHING", c.Flow)
	state, now, err := readWindow(ctx, t, c.Flow, " FOR UPDATE")
	if err != nil {
		return err
	}
	found, err := c.readWaiting(ctx, t)
	if err != nil {
		return err
	}
	n := state.Collect(c.FailureWatch, now, found)
	c.out = state.Result(c.FailureWatch, now)
	c.out.More = n == store.MaxCollectedFailures
	if n == 0 {
		return nil
	}
	// A lower number may be committed later, so this deletes no others.
	numbers := make([]int64, n)
	for i := range numbers {
		numbers[i] = found[i].Number
	}
	t.addSQL("DELETE FROM watched_failures WHERE number = ANY($1)", numbers)
	return writeWindow(t, c.Flow, state)
}

func (c *failureCollector) readWaiting(ctx context.Context, t *tx) (found []store.WatchedFailure, err error) {
	var f store.WatchedFailure
	var id [16]byte
	var action *string
	const waiting = "SELECT number, flow, run, at, failure, action, message FROM watched_failures WHERE watcher = $1 ORDER BY number LIMIT $2"
	scanRows(t.addSQL(waiting, c.Flow, store.MaxCollectedFailures), []any{&f.Number, &f.Flow, &id, &f.At, &f.Key, &action, &f.Message}, func() error {
		f.Run, f.Action = store.ID(id).String(), textOf(action)
		found = append(found, f)
		return nil
	})
	return found, t.sendAll(ctx)
}

// MarkWindowFired notes that a window has started its watcher.
func (s *Store) MarkWindowFired(ctx context.Context, watcher string, begin time.Time) error {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	return inTransaction(ctx, s.writePool, func(ctx context.Context, t *tx) error {
		state, _, err := readWindow(ctx, t, watcher, " FOR UPDATE")
		if err != nil || !state.Begin.Equal(begin) || state.Fired {
			return err
		}
		state.Fired = true
		return writeWindow(t, watcher, state)
	})
}

// readWindow reads the window of a watcher and the time of the server.
func readWindow(ctx context.Context, t *tx, watcher, lock string) (*store.WindowState, time.Time, error) {
	var stored []byte
	var now time.Time
	scanRows(t.addSQL("SELECT state FROM failure_windows WHERE watcher = $1"+lock, watcher), []any{&stored}, func() error { return nil })
	scanRows(t.addSQL("SELECT clock()"), []any{&now}, func() error { return nil })
	if err := t.sendAll(ctx); err != nil {
		return nil, now, err
	}
	state, err := store.DecodeWindowState(stored)
	return state, now, err
}

func writeWindow(t *tx, watcher string, state *store.WindowState) error {
	stored, err := state.Encode()
	if err != nil {
		return err
	}
	t.addSQL("UPDATE failure_windows SET state = $2 WHERE watcher = $1", watcher, stored)
	return nil
}

// moveWindow gives the window of a watcher, and the failures that wait, to the flow that
// it was renamed to.
func moveWindow(ctx context.Context, t *tx, from, to string, out *store.Adopted) error {
	old, _, err := readWindow(ctx, t, from, " FOR UPDATE")
	if err != nil {
		return err
	}
	t.addSQL("INSERT INTO failure_windows (watcher) VALUES ($1) ON CONFLICT DO NOTHING", to)
	state, _, err := readWindow(ctx, t, to, " FOR UPDATE")
	if err != nil {
		return err
	}
	state.Adopt(old)
	if err := writeWindow(t, to, state); err != nil {
		return err
	}
	t.addSQL("DELETE FROM failure_windows WHERE watcher = $1", from)
	const move = `WITH moved AS (
			UPDATE watched_failures SET watcher = $2 WHERE number IN (SELECT number FROM watched_failures WHERE watcher = $1 ORDER BY number LIMIT $3) RETURNING 1
		) SELECT count(*) FROM moved`
	var n int
	scanRows(t.addSQL(move, from, to, store.MaxMovedKeys), []any{&n}, func() error {
		out.More = out.More || n == store.MaxMovedKeys
		return nil
	})
	return nil
}
