package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// purgeBatch is how many runs, counters of a width and keys one call deletes or cuts at
// most, so that other operations do not wait long.
const purgeBatch = 200

// Purge deletes old and surplus data.
func (s *Store) Purge(ctx context.Context, r store.Retention) (store.Purged, error) {
	var out store.Purged
	old, err := s.findExpired(ctx, r)
	if err != nil {
		return out, err
	}
	late, err := s.deleteExpired(ctx, &old, &out)
	if err != nil {
		return out, err
	}
	// Another call that deletes nothing, such as a damaged row, would not end.
	out.More = out.Runs > 0 && (r.Bytes > 0 || late || old.isFull())
	if err := s.cutLarge(ctx, r.Body, &out); err != nil {
		return out, err
	}
	var counters bool
	err = s.writer.do(ctx, func(t *tx) (err error) {
		if counters, err = t.deleteCounters(r); err != nil {
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
	out.More = out.More || counters || out.Keys == purgeBatch || shrinking
	return out, err
}

// deleteExpired deletes runs, and returns whether time was short for some.
func (s *Store) deleteExpired(ctx context.Context, old *expired, out *store.Purged) (late bool, err error) {
	n, lateBatches, err := s.deleteOutcomes(ctx, old.batches, old.within)
	out.Runs = n
	if err != nil {
		return false, err
	}
	n, lateRuns, err := s.forEachRun(ctx, old.runs, old.within, (*tx).deleteRun, (*tx).deleteRunRow)
	out.Runs += n
	return lateBatches || lateRuns, err
}

// cutLarge cuts large bodies and steps.
func (s *Store) cutLarge(ctx context.Context, limit int, out *store.Purged) error {
	bodies, steps, err := s.findCuttable(ctx, limit)
	if err != nil {
		return err
	}
	most := int64(max(limit, minCut))
	cutBody := func(t *tx, seq int64) (int64, error) { return t.cutBody(seq, most) }
	n, lateBodies, err := s.forEachRun(ctx, bodies, purgeTime, cutBody, (*tx).markCut)
	out.Cut = n
	if err != nil {
		return err
	}
	cutSteps := func(t *tx, seq int64) (int64, error) { return t.cutSteps(seq, most) }
	n, lateSteps, err := s.forEachRun(ctx, steps, purgeTime, cutSteps, (*tx).skipRun)
	out.Cut += n
	out.More = out.More || len(bodies) == purgeBatch || len(steps) == purgeBatch || out.Cut > 0 && (lateBodies || lateSteps)
	return err
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

// forEachRun applies a change to each run, in one transaction that takes some time at
// most. It returns the sum of its results, and whether runs are left. If a page of
// the file is damaged, it changes the runs one by one, and applies the fallback to the
// damaged ones.
func (s *Store) forEachRun(ctx context.Context, seqs []int64, within time.Duration, do, rest func(*tx, int64) (int64, error)) (total int, more bool, err error) {
	if len(seqs) == 0 {
		return 0, false, nil
	}
	total, done, err := s.applyToRuns(ctx, seqs, within, do)
	if !isDamaged(err) {
		return total, done < len(seqs), err
	}
	total = 0
	for i := range seqs {
		n, _, err := s.applyToRuns(ctx, seqs[i:i+1], within, do)
		if isDamaged(err) {
			n, _, err = s.applyToRuns(ctx, seqs[i:i+1], within, rest)
		}
		if err != nil {
			return total, false, err
		}
		total += n
	}
	return total, false, nil
}

// applyToRuns applies a change to the first runs, in one transaction. It returns the sum
// of the results, and of how many runs.
func (s *Store) applyToRuns(ctx context.Context, seqs []int64, within time.Duration, do func(*tx, int64) (int64, error)) (total, done int, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		total, done = 0, 0
		began := s.clock.elapsed()
		for _, seq := range seqs {
			n, err := do(t, seq)
			if err != nil {
				return err
			}
			total, done = total+int(n), done+1
			if s.clock.elapsed()-began >= within {
				return nil
			}
		}
		return nil
	})
	return total, done, err
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

const deleteCountersSQL = `DELETE FROM stats WHERE (span, at, flow, state) IN
	(SELECT span, at, flow, state FROM stats WHERE span = ? AND at <= ? ORDER BY span, at, flow, state LIMIT ?)`

// deleteCounters deletes old counters, and returns whether there may be more.
func (t *tx) deleteCounters(r store.Retention) (more bool, err error) {
	for _, c := range []struct {
		span int64
		keep time.Duration
	}{{minute, r.Minutes}, {hour, r.Hours}, {day, r.Hours}} {
		if c.keep <= 0 {
			continue
		}
		before := t.now/1000 - int64(max(c.keep, minCounterAge)/time.Second)
		n, err := t.exec(deleteCountersSQL, c.span, before-c.span, int64(purgeBatch))
		if err != nil {
			return false, err
		}
		more = more || n == purgeBatch
	}
	return more, nil
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
