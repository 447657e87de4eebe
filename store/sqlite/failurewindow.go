package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// writeFailures leaves the failure of a run for its watchers.
func (t *tx) writeFailures(seq int64, watchers []string, why *store.Cause) error {
	const insert = `INSERT INTO watched_failures (watcher, flow, run, at, failure, action, message)
		SELECT ?, flow, id, finished, failure, action, ? FROM runs WHERE seq = ? AND from_failure = 0`
	for _, w := range watchers {
		if _, err := t.exec(insert, w, store.FailureMessage(why), seq); err != nil {
			return err
		}
	}
	return nil
}

// CollectFailures moves failures into the window of a watcher. Most calls find none,
// and write nothing.
func (s *Store) CollectFailures(ctx context.Context, w store.FailureWatch) (store.CollectedFailures, error) {
	out, err := s.findDueWindow(ctx, w)
	if !errors.Is(err, errFailuresWait) {
		return out, err
	}
	err = s.writer.do(ctx, func(t *tx) error {
		var err error
		out, err = t.collectFailures(w)
		return err
	})
	return out, err
}

// errFailuresWait says that failures wait to be counted.
var errFailuresWait = errors.New("failures wait")

// findDueWindow returns the window of a watcher if it is due, and errFailuresWait if
// there are failures to be counted first.
func (s *Store) findDueWindow(ctx context.Context, w store.FailureWatch) (out store.CollectedFailures, err error) {
	err = s.readers.withView(ctx, func(v *view) error {
		some, err := v.queryRow("SELECT 1 FROM watched_failures WHERE watcher = ? LIMIT 1", func([]driver.Value) {}, w.Flow)
		if err == nil && some {
			err = errFailuresWait
		}
		if err != nil {
			return err
		}
		state, err := readWindow(v, w.Flow)
		if err == nil {
			out = state.Result(w, time.UnixMilli(s.clock.now()))
		}
		return err
	})
	return out, err
}

func (t *tx) collectFailures(w store.FailureWatch) (out store.CollectedFailures, err error) {
	state, err := readWindow(t, w.Flow)
	if err != nil {
		return out, err
	}
	var found []store.WatchedFailure
	const waiting = "SELECT number, flow, run, at, failure, action, message FROM watched_failures WHERE watcher = ? ORDER BY number LIMIT ?"
	err = t.query(waiting, func(r []driver.Value) error {
		found = append(found, store.WatchedFailure{
			Number: intOf(r[0]), Flow: textOf(r[1]), Run: idOf(r[2]).String(), At: timeOf(r[3]), Key: intOf(r[4]), Action: textOf(r[5]), Message: textOf(r[6]),
		})
		return nil
	}, w.Flow, int64(store.MaxCollectedFailures))
	if err != nil {
		return out, err
	}
	now, more := time.UnixMilli(t.now), false
	if n := state.Collect(w, now, found); n > 0 {
		if _, err := t.exec("DELETE FROM watched_failures WHERE watcher = ? AND number <= ?", w.Flow, found[n-1].Number); err != nil {
			return out, err
		}
		if err := t.writeWindow(w.Flow, state); err != nil {
			return out, err
		}
		more = n == store.MaxCollectedFailures
	}
	out = state.Result(w, now)
	out.More = more
	return out, nil
}

// MarkWindowFired notes that a window has started its watcher.
func (s *Store) MarkWindowFired(ctx context.Context, watcher string, begin time.Time) error {
	return s.writer.do(ctx, func(t *tx) error {
		state, err := readWindow(t, watcher)
		if err != nil || !state.Begin.Equal(begin) || state.Fired {
			return err
		}
		state.Fired = true
		return t.writeWindow(watcher, state)
	})
}

func readWindow(r querier, watcher string) (*store.WindowState, error) {
	var stored []byte
	_, err := r.queryRow("SELECT state FROM failure_windows WHERE watcher = ?", func(v []driver.Value) { stored = blobOf(v[0]) }, watcher)
	if err != nil {
		return nil, err
	}
	return store.DecodeWindowState(stored)
}

func (t *tx) writeWindow(watcher string, state *store.WindowState) error {
	stored, err := state.Encode()
	if err != nil {
		return err
	}
	_, err = t.exec("INSERT INTO failure_windows (watcher, state) VALUES (?, ?) ON CONFLICT (watcher) DO UPDATE SET state = excluded.state", watcher, stored)
	return err
}

// moveWindow gives the window of a watcher, and the failures that wait, to the flow that
// it was renamed to. It reports whether more failures may wait.
func (t *tx) moveWindow(from, to string) (more bool, err error) {
	const move = "UPDATE watched_failures SET watcher = ? WHERE number IN (SELECT number FROM watched_failures WHERE watcher = ? ORDER BY number LIMIT ?)"
	moved, err := t.exec(move, to, from, int64(store.MaxMovedKeys))
	if err != nil {
		return false, err
	}
	exists, err := t.queryRow("SELECT 1 FROM failure_windows WHERE watcher = ?", func([]driver.Value) {}, from)
	if err != nil || !exists {
		return moved == store.MaxMovedKeys, err
	}
	old, err := readWindow(t, from)
	if err != nil {
		return false, err
	}
	state, err := readWindow(t, to)
	if err != nil {
		return false, err
	}
	state.Adopt(old)
	if err := t.writeWindow(to, state); err != nil {
		return false, err
	}
	_, err = t.exec("DELETE FROM failure_windows WHERE watcher = ?", from)
	return moved == store.MaxMovedKeys, err
}

// deleteUncounted deletes failures that no gateway has counted for a long time. There
// are none while gateways serve the flows that watch.
func (t *tx) deleteUncounted() error {
	_, err := t.exec("DELETE FROM watched_failures WHERE number IN (SELECT number FROM watched_failures ORDER BY number LIMIT ?) AND at < ?",
		int64(purgeBatch), t.now-store.FailureKeepTime.Milliseconds())
	return err
}
