package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// purgeBatch is how many runs one call deletes or cuts at most, so that other
// operations do not wait long.
const purgeBatch = 200

// Purge deletes old and surplus data.
func (s *Store) Purge(ctx context.Context, r store.Retention) (store.Purged, error) {
	var out store.Purged
	old, err := s.findExpired(ctx, r)
	if err != nil {
		return out, err
	}
	gone, err := s.deleteOutcomes(ctx, old.batches)
	if err != nil {
		return out, err
	}
	bodies, steps, err := s.findCuttable(ctx, r.Body)
	if err != nil {
		return out, err
	}
	limit := int64(max(r.Body, minCut))
	out.Runs, err = s.forEachRun(ctx, old.runs, (*tx).deleteRun, (*tx).deleteRunRow)
	out.Runs += gone
	if err != nil {
		return out, err
	}
	// Another call that deletes nothing, such as a damaged row, would not end.
	out.More = out.Runs > 0 && (r.Bytes > 0 || old.isFull()) || len(bodies) == purgeBatch || len(steps) == purgeBatch
	cutBody := func(t *tx, seq int64) (int64, error) { return t.cutBody(seq, limit) }
	if out.Cut, err = s.forEachRun(ctx, bodies, cutBody, (*tx).markCut); err != nil {
		return out, err
	}
	cutSteps := func(t *tx, seq int64) (int64, error) { return t.cutSteps(seq, limit) }
	n, err := s.forEachRun(ctx, steps, cutSteps, (*tx).skipRun)
	out.Cut += n
	if err != nil {
		return out, err
	}
	err = s.writer.do(ctx, func(t *tx) error {
		if err := t.deleteCounters(r); err != nil {
			return err
		}
		if err := t.deleteUncounted(); err != nil {
			return err
		}
		out.Keys, err = t.deleteKeys()
		return err
	})
	if err != nil {
		return out, err
	}
	var shrinking bool
	err = s.writer.do(ctx, func(t *tx) (err error) {
		shrinking, err = t.shrink()
		return err
	})
	out.More = out.More || out.Keys == purgeBatch || shrinking
	return out, err
}

// shrink gives free pages at the end of the file back to the disk, few at a time,
// and returns whether there are more. A quarter of the file and some pages stay
// free for the next runs. A file without auto_vacuum keeps its size, see convertFile.
func (t *tx) shrink() (more bool, err error) {
	var pages, free, mode int64
	_, err = t.queryRow("SELECT page_count, freelist_count, auto_vacuum FROM pragma_page_count, pragma_freelist_count, pragma_auto_vacuum", func(v []driver.Value) {
		pages, free, mode = intOf(v[0]), intOf(v[1]), intOf(v[2])
	})
	surplus := free - max(pages/4, sparePages)
	if err != nil || mode == 0 || surplus <= 0 {
		return false, err
	}
	err = t.conn.execScript(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", min(surplus, shrinkPages)))
	return surplus > shrinkPages, err
}

const (
	sparePages  = 256 // free pages that stay
	shrinkPages = 256 // pages that one transaction gives back: 1 MiB
)

// forEachRun applies a change to each run, in one transaction, and returns the
// sum of its results. If a page of the file is damaged, it changes the runs one
// by one, and applies the fallback to the damaged ones.
func (s *Store) forEachRun(ctx context.Context, seqs []int64, do, rest func(*tx, int64) (int64, error)) (int, error) {
	if len(seqs) == 0 {
		return 0, nil
	}
	n, err := s.applyToRuns(ctx, seqs, do)
	if !isDamaged(err) {
		return n, err
	}
	total := 0
	for i := range seqs {
		n, err := s.applyToRuns(ctx, seqs[i:i+1], do)
		if isDamaged(err) {
			n, err = s.applyToRuns(ctx, seqs[i:i+1], rest)
		}
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}

func (s *Store) applyToRuns(ctx context.Context, seqs []int64, do func(*tx, int64) (int64, error)) (total int, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		total = 0
		for _, seq := range seqs {
			n, err := do(t, seq)
			if err != nil {
				return err
			}
			total += int(n)
		}
		return nil
	})
	return total, err
}

// usedBytes returns how many bytes of the file hold data.
func (s *Store) usedBytes(ctx context.Context) (used int64, err error) {
	const pages = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
	err = s.readers.withView(ctx, func(v *view) error {
		_, err := v.queryRow(pages, func(v []driver.Value) { used = intOf(v[0]) })
		return err
	})
	return used, err
}

// findCuttable finds runs whose bodies, and runs whose steps, are to be cut.
func (s *Store) findCuttable(ctx context.Context, limit int) (bodies, steps []int64, err error) {
	if limit <= 0 {
		return nil, nil, nil
	}
	limit = max(limit, minCut)
	const over = " AND r.state NOT IN (0, 1, 2, 3, 5, 6, 10) LIMIT ?"
	bodies, err = s.queryInts(ctx, "SELECT seq FROM runs r INDEXED BY runs_big WHERE size > ? AND size > 1024 AND cut = 0"+over, int64(limit), int64(purgeBatch))
	if err != nil {
		return nil, nil, err
	}
	steps, err = s.queryInts(ctx, `SELECT DISTINCT s.run FROM steps s INDEXED BY steps_big JOIN runs r ON r.seq = s.run
		WHERE s.size > ? AND s.size > 1024 AND s.cut_from = 0`+over, int64(limit), int64(purgeBatch))
	return bodies, steps, err
}

// minCut is how many bytes of a body stay at least: the indexes have no smaller
// bodies.
const minCut = 1024

// queryInts returns the first column of a query.
func (s *Store) queryInts(ctx context.Context, text string, args ...driver.Value) ([]int64, error) {
	var found []int64
	err := s.readers.withView(ctx, func(v *view) error {
		found = nil
		return v.query(text, func(v []driver.Value) error {
			found = append(found, intOf(v[0]))
			return nil
		}, args...)
	})
	return found, err
}

// deleteRun deletes a run, unless it was requeued since.
func (t *tx) deleteRun(seq int64) (int64, error) {
	n, err := t.deleteRunRow(seq)
	if err != nil || n == 0 {
		return n, err
	}
	if _, err := t.exec("DELETE FROM payloads WHERE run = ?", seq); err != nil {
		return n, err
	}
	_, err = t.exec("DELETE FROM steps WHERE run = ?", seq)
	return n, err
}

// deleteRunRow deletes only the row of a run. Its payload and steps stay, and
// nothing refers to them.
func (t *tx) deleteRunRow(seq int64) (int64, error) {
	return t.exec("DELETE FROM runs WHERE seq = ? AND state > 3", seq)
}

func (t *tx) cutBody(seq, limit int64) (int64, error) {
	n, err := t.markCut(seq)
	if err != nil || n == 0 {
		return n, err
	}
	_, err = t.exec("UPDATE payloads SET body = substr(body, 1, ?) WHERE run = ?", limit, seq)
	return n, err
}

// markCut notes that the body of a run is cut.
func (t *tx) markCut(seq int64) (int64, error) {
	return t.exec("UPDATE runs SET cut = 1 WHERE seq = ? AND state NOT IN (0, 1, 2, 3, 5, 6, 10)", seq)
}

func (t *tx) cutSteps(seq, limit int64) (int64, error) {
	return t.exec(`UPDATE steps SET cut_from = coalesce(length(input), 0) + coalesce(length(output), 0),
		input = substr(input, 1, ?), output = substr(output, 1, ?) WHERE run = ? AND size > ? AND cut_from = 0
		AND (SELECT state FROM runs WHERE seq = run) NOT IN (0, 1, 2, 3, 5, 6, 10)`, limit, limit, seq, limit)
}

// skipRun changes nothing.
func (t *tx) skipRun(int64) (int64, error) { return 0, nil }

// minCounterAge is how long counters stay at least.
const minCounterAge = 24 * time.Hour

func (t *tx) deleteCounters(r store.Retention) error {
	for _, c := range []struct {
		span int64
		keep time.Duration
	}{{minute, r.Minutes}, {hour, r.Hours}, {day, r.Hours}} {
		if c.keep <= 0 {
			continue
		}
		before := t.now/1000 - int64(max(c.keep, minCounterAge)/time.Second)
		if _, err := t.exec("DELETE FROM stats WHERE span = ? AND at <= ?", c.span, before-c.span); err != nil {
			return err
		}
	}
	return nil
}

// deleteKeys deletes expired keys, and returns how many.
func (t *tx) deleteKeys() (int, error) {
	type key struct{ scope, name driver.Value }
	var old []key
	err := t.query("SELECT scope, name FROM keys INDEXED BY keys_expires WHERE expires <= ? LIMIT ?", func(v []driver.Value) error {
		old = append(old, key{v[0], v[1]})
		return nil
	}, t.now, int64(purgeBatch))
	if err != nil {
		return 0, err
	}
	for _, k := range old {
		if _, err := t.exec("DELETE FROM keys WHERE scope = ? AND name = ?", k.scope, k.name); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}
