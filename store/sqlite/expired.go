package sqlite

import (
	"bytes"
	"context"
	"database/sql/driver"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// maxPurgedBatches is how many rows of outcomes one call of Purge deletes at most.
const maxPurgedBatches = 20

// expired are the runs that a purge deletes: rows of runs by their seq, and rows of
// outcomes by their number.
type expired struct {
	runs, batches []int64
	within        time.Duration // of one transaction
}

// A transaction of a purge takes purgeTime at most, as other operations wait for it. In
// a store that is too large by more than a twentieth, runs come faster than that deletes
// them, and it takes urgentPurgeTime.
const (
	purgeTime       = 4 * time.Millisecond
	urgentPurgeTime = 16 * time.Millisecond
)

func (e *expired) isFull() bool {
	return len(e.runs) == purgeBatch || len(e.batches) == maxPurgedBatches
}

// Queries of a purge, by age and by size.
const (
	expiredRunsSQL    = "SELECT seq FROM runs INDEXED BY runs_id WHERE id < ? AND state > 3 AND finished < ? ORDER BY id LIMIT ?"
	expiredBatchesSQL = "SELECT number FROM outcomes INDEXED BY outcomes_last WHERE last < ? AND ended < ? ORDER BY last LIMIT ?"
	oldestRunsSQL     = "SELECT seq, size, id FROM runs INDEXED BY runs_id WHERE state > 3 ORDER BY id LIMIT ?"
	oldestBatchesSQL  = "SELECT number, length(data), last FROM outcomes INDEXED BY outcomes_last ORDER BY last LIMIT ?"
)

// findExpired finds runs that ended too long ago, or the oldest runs if the store is
// too large.
func (s *Store) findExpired(ctx context.Context, r store.Retention) (found expired, err error) {
	if r.Bytes > 0 {
		used, err := s.usedBytes(ctx)
		if err != nil {
			return found, err
		}
		if used > r.Bytes {
			found, err = s.findOldest(ctx, used-r.Bytes)
			if found.within = purgeTime; used > r.Bytes+r.Bytes/20 {
				found.within = urgentPurgeTime
			}
			return found, err
		}
	}
	found.within = purgeTime
	if r.Runs <= 0 {
		return found, nil
	}
	before := s.clock.now() - r.Runs.Milliseconds()
	// A run is received before it ends, so the index of ids finds it. If the
	// clocks of the two differ, the run is deleted when its id is as old.
	id, ok := store.FirstID(time.UnixMilli(before))
	if !ok {
		return found, nil
	}
	found.runs, err = s.queryInts(ctx, expiredRunsSQL, id[:], before, int64(purgeBatch))
	if err != nil {
		return found, err
	}
	found.batches, err = s.queryInts(ctx, expiredBatchesSQL, id[:], before, int64(maxPurgedBatches))
	return found, err
}

// minFreed is how many bytes the rows of a deleted run free at least, apart from
// its body.
const minFreed = 1024

// findOldest finds the oldest runs that are over and hold about an amount of bytes
// together. A row of outcomes is as old as its newest one.
func (s *Store) findOldest(ctx context.Context, amount int64) (found expired, err error) {
	err = s.readers.withView(ctx, func(v *view) error {
		found = expired{}
		batches, err := oldestBatches(v)
		if err != nil {
			return err
		}
		freed := int64(0)
		// takeBatches takes the batches that are older than a run, or all for nil.
		takeBatches := func(than []byte) {
			for len(batches) > 0 && freed < amount && (than == nil || bytes.Compare(batches[0].last, than) < 0) {
				found.batches, freed = append(found.batches, batches[0].number), freed+batches[0].size
				batches = batches[1:]
			}
		}
		err = v.query(oldestRunsSQL, func(r []driver.Value) error {
			takeBatches(blobOf(r[2]))
			if freed >= amount || len(found.batches) == maxPurgedBatches {
				return errStopRows
			}
			found.runs, freed = append(found.runs, intOf(r[0])), freed+intOf(r[1])+minFreed
			return nil
		}, int64(purgeBatch))
		if err == nil && len(found.runs) < purgeBatch {
			takeBatches(nil)
		}
		return err
	})
	return found, err
}

// oldBatch is a row of outcomes.
type oldBatch struct {
	number, size int64
	last         []byte
}

// oldestBatches returns the rows of outcomes whose newest one is the oldest.
func oldestBatches(v *view) (found []oldBatch, err error) {
	err = v.query(oldestBatchesSQL, func(r []driver.Value) error {
		found = append(found, oldBatch{intOf(r[0]), intOf(r[1]) + minFreed, blobOf(r[2])})
		return nil
	}, int64(maxPurgedBatches))
	return found, err
}

// deleteOutcomes deletes rows of outcomes. It returns how many outcomes they had, and
// whether rows are left.
func (s *Store) deleteOutcomes(ctx context.Context, numbers []int64, within time.Duration) (n int, more bool, err error) {
	return s.forEachRun(ctx, numbers, within, (*tx).deleteBatch, (*tx).skipRun)
}

func (t *tx) deleteBatch(number int64) (n int64, err error) {
	err = t.queryWrite("DELETE FROM outcomes WHERE number = ? RETURNING n", func(v []driver.Value) error {
		n = intOf(v[0])
		return nil
	}, number)
	return n, err
}
