package sqlite

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/storetest"
)

// together has operations executed in one transaction, and returns their errors:
// they wait behind one that the test blocks. It must be called in a bubble of
// synctest.
func together(t *testing.T, s *Store, run ...func(*tx) error) []error {
	t.Helper()
	release := make(chan struct{})
	errs := make([]error, len(run))
	var wait sync.WaitGroup
	wait.Go(func() { _ = s.writer.do(t.Context(), func(*tx) error { <-release; return nil }) })
	synctest.Wait()
	for i, f := range run {
		wait.Go(func() { errs[i] = s.writer.do(t.Context(), f) })
		synctest.Wait() // they arrive in the order of the arguments
	}
	close(release)
	wait.Wait()
	return errs
}

// put writes a row of a table for tests.
func put(n int) func(*tx) error {
	return func(x *tx) error {
		_, err := x.exec("INSERT INTO pings (one, at) VALUES (?, 0)", int64(n))
		return err
	}
}

// countRows counts the rows that put has written.
func countRows(t *testing.T, s *Store) int64 {
	t.Helper()
	n, err := s.queryInts(t.Context(), "SELECT count(*) FROM pings")
	if err != nil {
		t.Fatal(err)
	}
	return n[0]
}

var errOwn = errors.New("a fault of its own")

// putThenFail writes a row and returns an error.
func putThenFail(n int) func(*tx) error {
	return func(x *tx) error { return errors.Join(put(n)(x), errOwn) }
}

func TestFaultyOperations(t *testing.T) {
	t.Parallel()
	refuse := func(*tx) error { return errOwn }
	broken := func(x *tx) error { _, err := x.exec("INSERT INTO nowhere VALUES (1)"); return err }
	tests := []struct {
		name  string
		run   []func(*tx) error
		fails []int
		rows  int64
	}{
		{"one that writes nothing", []func(*tx) error{put(1), refuse, put(2)}, []int{1}, 2},
		{"one that has written", []func(*tx) error{put(1), putThenFail(7), put(2)}, []int{1}, 2},
		{"one that can't be done", []func(*tx) error{put(1), broken, put(2)}, []int{1}, 2},
		{"one that breaks a rule of the tables", []func(*tx) error{put(1), put(1), put(2)}, []int{1}, 2},
		{"the first", []func(*tx) error{putThenFail(7), put(1)}, []int{0}, 1},
		{"several", []func(*tx) error{putThenFail(7), put(1), putThenFail(8), broken, put(2), refuse}, []int{0, 2, 3, 5}, 2},
		{"all", []func(*tx) error{putThenFail(7), broken}, []int{0, 1}, 0},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := OpenAt(t, t.TempDir())
				var failed []int
				for i, err := range together(t, s, c.run...) {
					if err != nil {
						failed = append(failed, i)
					}
					if store.IsUnavailable(err) {
						t.Errorf("operation %d: %v: the store is not at fault", i, err)
					}
				}
				if fmt.Sprint(failed) != fmt.Sprint(c.fails) {
					t.Errorf("%v failed, want %v", failed, c.fails)
				}
				if n := countRows(t, s); n != c.rows {
					t.Errorf("%d rows were written, want %d", n, c.rows)
				}
			})
		})
	}
}

// TestShared checks the promise of group commit: all waiting operations share
// one transaction, and so one flush of the disk.
func TestShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := OpenAt(t, t.TempDir())
		transactions := map[int]bool{}
		var run []func(*tx) error
		for n := range 100 {
			run = append(run, func(x *tx) error {
				transactions[len(x.commitHooks)] = true // the hooks of earlier operations are there
				x.onCommit(func() {})
				return put(n)(x)
			})
		}
		for _, err := range together(t, s, run...) {
			if err != nil {
				t.Error(err)
			}
		}
		if n := countRows(t, s); n != 100 || len(transactions) != 100 {
			t.Errorf("%d rows, %d of them in one transaction, want 100 and 100", n, len(transactions))
		}
	})
}

func TestTooManyFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := OpenAt(t, t.TempDir())
		run := []func(*tx) error{put(1)}
		for range maxIsolated + 3 {
			run = append(run, putThenFail(7))
		}
		for i, err := range together(t, s, run...) {
			if err == nil {
				t.Errorf("operation %d says that it was done", i)
			}
			if i == 0 && (!store.IsUnavailable(err) || errors.Is(err, errOwn)) {
				t.Errorf("the operation that did nothing wrong got the fault of another: %v", err)
			}
		}
		if n := countRows(t, s); n != 0 {
			t.Errorf("%d rows were written by a transaction that was given up", n)
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestNoSpace keeps the file from growing, as on a full disk. The next
// connection has no such limit, as when there is space again.
func TestNoSpace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := OpenAt(t, t.TempDir())
		first := AcceptRun(t, s, nil)
		limit := func(x *tx) error { return x.conn.execScript("PRAGMA max_page_count = 1") }
		fill := func(x *tx) error {
			_, err := x.exec("INSERT INTO payloads (run, body) VALUES (1000, zeroblob(1000000))")
			return err
		}
		for i, err := range together(t, s, limit, put(1), fill, put(2)) {
			if !store.IsUnavailable(err) {
				t.Errorf("operation %d: %v, want an error that the store is not available", i, err)
			}
		}
		if n := countRows(t, s); n != 0 {
			t.Errorf("%d rows were written by a transaction that failed", n)
		}
		AcceptRun(t, s, nil)
		work := ClaimAll(t, s)
		if len(work) != 2 || work[0].ID != first {
			t.Errorf("claimed %+v, want the run of before and the one of after", work)
		}
	})
}

// TestRollbackForgets checks that a rollback also resets the state in memory.
func TestRollbackForgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := OpenAt(t, t.TempDir())
		AcceptRun(t, s, nil)
		claimed := ClaimAll(t, s)[0]
		sub, hand := NewSubmission(nil), NewSubmission(nil)
		hand.Claim = &store.DirectClaim{Started: true}
		var a store.Accepted
		id, _ := store.ParseID(sub.ID)
		id2, _ := store.ParseID(hand.ID)
		failing := func(x *tx) error {
			if err := (&acceptance{tx: x, sub: sub, id: id, out: &a}).acceptRun(); err != nil {
				return err
			}
			if err := (&acceptance{tx: x, sub: hand, id: id2, out: &a}).acceptRun(); err != nil {
				return err
			}
			if err := x.finishRun(claimed.Claim, &store.Ending{State: store.Failed}, nil); err != nil {
				return err
			}
			return errOwn
		}
		if err := together(t, s, failing)[0]; !errors.Is(err, errOwn) {
			t.Fatal(err)
		}
		var n counts
		err := s.writer.do(t.Context(), func(x *tx) error { n = x.counts.of("orders"); return nil })
		if want := (counts{running: 1}); err != nil || n != want {
			t.Errorf("counted %+v (%v), want %+v", n, err, want)
		}
		if counts, err := s.Stats(t.Context(), store.StatsQuery{}); err != nil || len(counts) > 0 {
			t.Errorf("statistics say %+v (%v), want nothing", counts, err)
		}
		if got := len(ClaimAll(t, s)); got != 0 {
			t.Errorf("claimed %d runs that were not accepted", got)
		}
		if err := s.Finish(t.Context(), claimed.Claim, &store.Ending{State: store.Succeeded}); err != nil {
			t.Errorf("the claim: %v", err)
		}
	})
}

// TestFailedSweep checks that leases come back if the transaction of their sweep
// fails.
func TestFailedSweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := storetest.NewClock()
		s, err := Open(Options{Dir: t.TempDir(), Clock: c, Elapsed: c.Elapsed})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		AcceptRun(t, s, nil)
		claimed := ClaimAll(t, s)[0].Claim
		c.Advance(time.Hour)
		sweep := func(x *tx) error {
			var out store.Swept
			return errors.Join(x.sweepExpired(store.SweepQuery{Limit: 10}, &out), errOwn)
		}
		if err := together(t, s, sweep)[0]; !errors.Is(err, errOwn) {
			t.Fatal(err)
		}
		if err := s.Checkpoint(t.Context(), claimed, store.Step{Path: "a"}); err != nil {
			t.Errorf("the claim that was not taken away: %v", err)
		}
		swept, err := s.Sweep(t.Context(), store.SweepQuery{Limit: 10})
		if err != nil || len(swept.Requeued) != 1 {
			t.Errorf("swept %+v (%v), want the run whose lease has ended", swept, err)
		}
	})
}

// TestPurgeLooksAgain neither deletes nor cuts a run that was requeued after it
// was chosen.
func TestPurgeLooksAgain(t *testing.T) {
	t.Parallel()
	s := OpenAt(t, t.TempDir())
	id := AcceptRun(t, s, make([]byte, 5000))
	cut := func(x *tx, seq int64) (int64, error) { return x.cutBody(seq, 2000) }
	for _, do := range []func(*tx, int64) (int64, error){(*tx).deleteRun, cut} {
		if n, _, err := s.forEachRun(t.Context(), []int64{1}, purgeTime, do, do); n != 0 || err != nil {
			t.Errorf("%d open runs were purged (%v)", n, err)
		}
	}
	run, err := s.Get(t.Context(), id)
	if err != nil || len(run.Body) != 5000 || run.Cut {
		t.Errorf("the run is %+v (%v)", run, err)
	}
}

// TestPurgeTakesTurns purges while each look at the time takes a millisecond: a call
// deletes some runs, more if the store is too large, and leaves the others to the next
// call.
func TestPurgeTakesTurns(t *testing.T) {
	t.Parallel()
	four, all := store.Purged{Runs: 4, More: true}, store.Purged{Runs: 10, More: true}
	for _, c := range []struct {
		retention store.Retention
		want      []store.Purged
	}{
		{store.Retention{Runs: time.Minute}, []store.Purged{four, four, {Runs: 2}}},
		{store.Retention{Bytes: 1}, []store.Purged{all, {}}},
	} {
		s := openWithOldRuns(t, 10, time.Millisecond)
		var calls []store.Purged
		for len(calls) < 10 && (len(calls) == 0 || calls[len(calls)-1].More) {
			p, err := s.Purge(t.Context(), c.retention)
			if err != nil {
				t.Fatal(err)
			}
			calls = append(calls, p)
		}
		if !slices.Equal(calls, c.want) {
			t.Errorf("the calls with %+v purged %+v, want %+v", c.retention, calls, c.want)
		}
	}
}

// TestSearchGoesOn searches while each look at the time takes longer than a page: a page
// has the time from its first run on, and comes to the second one.
func TestSearchGoesOn(t *testing.T) {
	t.Parallel()
	s := openWithOldRuns(t, 10, listTime+time.Millisecond)
	q := store.ListQuery{Filter: store.Filter{Text: "nothing has it"}}
	for pages := 1; ; pages++ {
		page, err := s.List(t.Context(), q)
		if err != nil || len(page.Runs) > 0 {
			t.Fatalf("found %+v (%v)", page.Runs, err)
		}
		if q.After = page.Next; q.After != "" {
			continue
		}
		if pages != 5 {
			t.Errorf("10 runs were searched in %d pages, want 5", pages)
		}
		return
	}
}

// openWithOldRuns opens a store with runs that ended an hour ago, for which each look at
// the time takes a while.
func openWithOldRuns(t *testing.T, runs int, look time.Duration) *Store {
	t.Helper()
	var looks atomic.Int64
	s, err := Open(Options{Dir: t.TempDir(), Clock: clock.System{}, Elapsed: func() time.Duration { return time.Duration(looks.Add(1)) * look }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for range runs {
		at := time.Now().Add(-time.Hour)
		e := &store.Entry{ID: ulid.New(at), Flow: "orders", State: store.Succeeded, Started: at, Finished: at}
		if err := s.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// TestSavedFromLog makes a run appear in the file without the writer, as when a
// commit failed at its last flush and was recovered from the log.
func TestSavedFromLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := OpenAt(t, t.TempDir())
		AcceptRun(t, s, nil)
		claimed := ClaimAll(t, s)[0].Claim
		AcceptRun(t, s, nil)
		c, err := openConn(dsn(s.path, false))
		if err != nil {
			t.Fatal(err)
		}
		insert := "INSERT INTO runs (seq, id, flow, state, fence) VALUES (3, randomblob(16), 'orders', 1, 0), (4, randomblob(16), 'orders', 3, 1);" +
			"INSERT INTO payloads (run) VALUES (3), (4)"
		if err := errors.Join(c.execScript(insert), c.close()); err != nil {
			t.Fatal(err)
		}
		limit := func(x *tx) error { return x.conn.execScript("PRAGMA max_page_count = 1") }
		fill := func(x *tx) error {
			_, err := x.exec("INSERT INTO payloads (run, body) VALUES (1000, zeroblob(1000000))")
			return err
		}
		together(t, s, limit, fill)
		AcceptRun(t, s, nil)
		if n := len(ClaimAll(t, s)); n != 3 {
			t.Errorf("claimed %d runs, want those that were accepted and the one that turned up", n)
		}
		swept, err := s.Sweep(t.Context(), store.SweepQuery{Limit: 10})
		if err != nil || len(swept.Requeued) != 1 {
			t.Errorf("swept %+v (%v), want the one that turned up without a worker", swept, err)
		}
		if err := s.Finish(t.Context(), claimed, &store.Ending{State: store.Succeeded}); err != nil {
			t.Errorf("the claim: %v", err)
		}
	})
}
