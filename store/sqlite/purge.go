package sqlite

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// purgeBatch is how many runs one call deletes or cuts at most: few enough that
// what waits behind it does not wait long.
const purgeBatch = 200

// Purge deletes what is old or too much.
func (s *Store) Purge(ctx context.Context, r store.Retention) (store.Purged, error) {
	var out store.Purged
	old, err := s.purgeable(ctx, r)
	if err != nil {
		return out, err
	}
	bodies, steps, err := s.cuttable(ctx, r.Body)
	if err != nil {
		return out, err
	}
	err = s.writer.do(ctx, func(t *tx) error {
		out = store.Purged{More: len(old) == purgeBatch || len(bodies) == purgeBatch || len(steps) == purgeBatch}
		if err := t.deleteRuns(old, &out); err != nil {
			return err
		}
		if err := t.cutAll(bodies, steps, r.Body, &out); err != nil {
			return err
		}
		if err := t.deleteCounters(r); err != nil {
			return err
		}
		return t.deleteKeys(&out)
	})
	return out, err
}

// purgeable finds runs that are over and old, or the oldest where the store is
// too large.
func (s *Store) purgeable(ctx context.Context, r store.Retention) ([]int64, error) {
	if r.Bytes > 0 {
		u, err := s.Usage(ctx)
		if err != nil {
			return nil, err
		}
		if u.Bytes > r.Bytes {
			return s.numbers(ctx, "SELECT seq FROM runs INDEXED BY runs_id WHERE state > 3 ORDER BY id LIMIT ?", int64(purgeBatch))
		}
	}
	if r.Runs <= 0 {
		return nil, nil
	}
	before := s.clock.now() - r.Runs.Milliseconds()
	// What ended before was received before, but for clocks that differ: that is
	// deleted as soon as its id is as old.
	id, ok := store.FirstID(time.UnixMilli(before))
	if !ok {
		return nil, nil
	}
	return s.numbers(ctx, "SELECT seq FROM runs INDEXED BY runs_id WHERE id < ? AND state > 3 AND finished < ? ORDER BY id LIMIT ?", id[:], before, int64(purgeBatch))
}

// cuttable finds runs that need their bodies, and their steps, no more.
func (s *Store) cuttable(ctx context.Context, limit int) (bodies, steps []int64, err error) {
	if limit <= 0 {
		return nil, nil, nil
	}
	limit = max(limit, leastCut)
	const over = " AND r.state NOT IN (0, 1, 2, 3, 5, 6) LIMIT ?"
	bodies, err = s.numbers(ctx, "SELECT seq FROM runs r INDEXED BY runs_big WHERE size > ? AND size > 1024 AND cut = 0"+over, int64(limit), int64(purgeBatch))
	if err != nil {
		return nil, nil, err
	}
	steps, err = s.numbers(ctx, `SELECT DISTINCT s.run FROM steps s INDEXED BY steps_big JOIN runs r ON r.seq = s.run
		WHERE s.size > ? AND s.size > 1024 AND s.cut_from = 0`+over, int64(limit), int64(purgeBatch))
	return bodies, steps, err
}

// leastCut is what is kept of a body at least, in bytes: the indexes know no
// smaller ones.
const leastCut = 1024

// numbers reads the first column of a query.
func (s *Store) numbers(ctx context.Context, text string, args ...driver.Value) ([]int64, error) {
	var found []int64
	err := s.readers.use(ctx, func(v *view) error {
		found = nil
		return v.query(text, func(v []driver.Value) error {
			found = append(found, integer(v[0]))
			return nil
		}, args...)
	})
	return found, err
}

// deleteRuns deletes runs that are still over.
func (t *tx) deleteRuns(seqs []int64, out *store.Purged) error {
	for _, seq := range seqs {
		n, err := t.exec("DELETE FROM runs WHERE seq = ? AND state > 3", seq)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		out.Runs++
		if _, err := t.exec("DELETE FROM payloads WHERE run = ?", seq); err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM steps WHERE run = ?", seq); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) cutAll(bodies, steps []int64, limit int, out *store.Purged) error {
	limit = max(limit, leastCut)
	for _, seq := range bodies {
		n, err := t.exec("UPDATE runs SET cut = 1 WHERE seq = ? AND state NOT IN (0, 1, 2, 3, 5, 6)", seq)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		out.Cut++
		if _, err := t.exec("UPDATE payloads SET body = substr(body, 1, ?) WHERE run = ?", int64(limit), seq); err != nil {
			return err
		}
	}
	for _, seq := range steps {
		n, err := t.exec(`UPDATE steps SET cut_from = coalesce(length(input), 0) + coalesce(length(output), 0),
			input = substr(input, 1, ?), output = substr(output, 1, ?) WHERE run = ? AND size > ? AND cut_from = 0
			AND (SELECT state FROM runs WHERE seq = run) NOT IN (0, 1, 2, 3, 5, 6)`, int64(limit), int64(limit), seq, int64(limit))
		if err != nil {
			return err
		}
		out.Cut += int(n)
	}
	return nil
}

// leastCounters is how long counters are kept at least.
const leastCounters = 24 * time.Hour

func (t *tx) deleteCounters(r store.Retention) error {
	for i, keep := range []time.Duration{r.Minutes, r.Hours} {
		if keep <= 0 {
			continue
		}
		before := t.now/1000 - int64(max(keep, leastCounters)/time.Second)
		if _, err := t.exec("DELETE FROM stats WHERE span = ? AND at < ?", spans[i], before); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) deleteKeys(out *store.Purged) error {
	type key struct{ scope, name driver.Value }
	var old []key
	err := t.query("SELECT scope, name FROM keys INDEXED BY keys_expires WHERE expires <= ? LIMIT ?", func(v []driver.Value) error {
		old = append(old, key{v[0], v[1]})
		return nil
	}, t.now, int64(purgeBatch))
	if err != nil {
		return err
	}
	for _, k := range old {
		if _, err := t.exec("DELETE FROM keys WHERE scope = ? AND name = ?", k.scope, k.name); err != nil {
			return err
		}
	}
	out.Keys = len(old)
	out.More = out.More || len(old) == purgeBatch
	return nil
}
