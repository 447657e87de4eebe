package history_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/gateway/history"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// fakeHistory is a store whose Record remembers the ids of entries.
type fakeHistory struct {
	store.History
	rejects string // an id that fails each batch it is part of
	ids     []string

	outcomes []string
	writes   int // of outcomes
}

func (f *fakeHistory) RecordOutcomes(_ context.Context, list []store.Outcome) error {
	f.writes++
	for _, o := range list {
		if o.ID == f.rejects {
			return errors.New("a bad outcome")
		}
		f.outcomes = append(f.outcomes, o.ID)
	}
	return nil
}

func (f *fakeHistory) Record(_ context.Context, entries ...*store.Entry) error {
	var ids []string
	for _, e := range entries {
		if e.ID == f.rejects {
			return errors.New("a bad entry")
		}
		ids = append(ids, e.ID)
	}
	f.ids = append(f.ids, ids...)
	return nil
}

func newRecorder(f *fakeHistory) *history.Recorder {
	return history.NewRecorder(f, clock.System{}, telemetry.NewLog(zap.NewNop()))
}

// runToEnd runs a recorder whose context has ended, so that it writes the
// pending entries and returns.
func runToEnd(r *history.Recorder) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.Run(ctx)
}

func TestRecorderWritesPendingEntriesAtTheEnd(t *testing.T) {
	t.Parallel()
	f := &fakeHistory{}
	r := newRecorder(f)
	built := 0
	r.AddBuilt(&store.Entry{ID: "a"})
	r.Add(history.PendingEntry{Build: func() *store.Entry { built++; return &store.Entry{ID: "b"} }})
	r.AddSummary(&store.Entry{ID: "c"})
	runToEnd(r)
	if want := []string{"a", "b", "c"}; !slices.Equal(f.ids, want) || built != 1 || r.Dropped() != 0 || r.SummaryOnly() != 1 {
		t.Errorf("wrote %q, built %d, dropped %d, summaries %d; want %q, 1, 0, 1", f.ids, built, r.Dropped(), r.SummaryOnly(), want)
	}
}

func TestRecorderDropsOnlyTheBadEntry(t *testing.T) {
	t.Parallel()
	f := &fakeHistory{rejects: "b"}
	r := newRecorder(f)
	for _, id := range []string{"a", "b", "c"} {
		r.AddBuilt(&store.Entry{ID: id})
	}
	runToEnd(r)
	if want := []string{"a", "c"}; !slices.Equal(f.ids, want) || r.Dropped() != 1 {
		t.Errorf("wrote %q and dropped %d, want %q and 1", f.ids, r.Dropped(), want)
	}
}

func TestRecorderShedsDetailsBeforeEntries(t *testing.T) {
	t.Parallel()
	r := newRecorder(&fakeHistory{})
	entry := history.PendingEntry{Size: 1 << 20, Build: func() *store.Entry { return &store.Entry{} }}
	for range 63 {
		r.Add(entry)
	}
	if !r.HasCapacity() || r.OverMemory() {
		t.Error("the recorder has no capacity for details below its limits")
	}
	r.Add(entry)
	if r.HasCapacity() || !r.OverMemory() {
		t.Error("the recorder has capacity above its limit of memory")
	}
	runToEnd(r)
	if !r.HasCapacity() {
		t.Error("the recorder has no capacity after it has written everything")
	}
}

func TestRecorderDropsEntriesIfItsQueueIsFull(t *testing.T) {
	t.Parallel()
	r := newRecorder(&fakeHistory{})
	var discarded atomic.Int64
	entry := history.PendingEntry{Size: 1, Build: func() *store.Entry { return &store.Entry{} }, Release: func() { discarded.Add(1) }}
	for r.Dropped() == 0 {
		r.Add(entry)
	}
	if discarded.Load() != 1 {
		t.Errorf("%d entries discarded, want 1", discarded.Load())
	}
}

// TestRecorderWritesWhileItRuns: an entry is written without waiting for others.
func TestRecorderWritesWhileItRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeHistory{}
		r := newRecorder(f)
		go r.Run(t.Context())
		r.AddBuilt(&store.Entry{ID: "a"})
		synctest.Wait()
		if want := []string{"a"}; !slices.Equal(f.ids, want) {
			t.Errorf("wrote %q, want %q", f.ids, want)
		}
	})
}

// TestRecorderKeepsMemoryUntilEntriesAreWritten: entries that are large together are
// written one after another, and each keeps its memory until it is written.
func TestRecorderKeepsMemoryUntilEntriesAreWritten(t *testing.T) {
	t.Parallel()
	var released atomic.Int64
	f := &fakeHistory{}
	r := newRecorder(f)
	for range 3 {
		r.Add(history.PendingEntry{Size: 5 << 20, Release: func() { released.Add(1) }, Build: func() *store.Entry {
			return &store.Entry{ID: strconv.FormatInt(released.Load(), 10)}
		}})
	}
	runToEnd(r)
	if !slices.Equal(f.ids, []string{"0", "1", "2"}) || released.Load() != 3 || r.OverMemory() {
		t.Errorf("entries %q, %d released", f.ids, released.Load())
	}
}

// TestRecorderCollectsOutcomes: outcomes are written together, after a second or when
// there are many, and at the end. Those of many flows wait longer.
func TestRecorderCollectsOutcomes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fakeHistory{}
		r := newRecorder(f)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { r.Run(ctx); close(ended) }()
		synctest.Wait()
		add := func(n, writes int, wait time.Duration) {
			t.Helper()
			before := len(f.outcomes)
			for range n {
				r.AddOutcome(store.Outcome{ID: "x"})
			}
			time.Sleep(wait)
			synctest.Wait()
			if len(f.outcomes) != before+n || f.writes != writes {
				t.Errorf("%d of %d outcomes were written, in %d writes; want %d writes", len(f.outcomes)-before, n, f.writes, writes)
			}
		}
		add(100, 1, time.Second)
		add(8192, 2, 0)
		add(1, 3, time.Second)
		for i := range 8192 {
			r.AddOutcome(store.Outcome{ID: "x", Flow: strconv.Itoa(i)})
		}
		synctest.Wait()
		if f.writes != 4 {
			t.Errorf("%d writes of outcomes of many flows, want 4", f.writes)
		}
		for range 8192 { // the outcomes before were of many flows
			r.AddOutcome(store.Outcome{ID: "x"})
		}
		add(0, 4, 4*time.Second-1)
		r.AddOutcome(store.Outcome{ID: "x"})
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if f.writes != 5 {
			t.Errorf("%d writes after 4 s, want 5", f.writes)
		}
		add(1, 6, time.Second)
		r.AddOutcome(store.Outcome{ID: "last"})
		cancel()
		<-ended
		if f.writes != 7 || f.outcomes[len(f.outcomes)-1] != "last" || r.SummaryOnly() != int64(len(f.outcomes)) {
			t.Errorf("%d writes; the last outcome is %q", f.writes, f.outcomes[len(f.outcomes)-1])
		}
	})
}

func TestRecorderDropsOutcomes(t *testing.T) {
	t.Parallel()
	f := &fakeHistory{rejects: "bad"}
	r := newRecorder(f)
	for r.Dropped() == 0 { // the queue is full
		r.AddOutcome(store.Outcome{ID: "x"})
	}
	runToEnd(r)
	written := int64(len(f.outcomes))
	if written != 65536 || r.SummaryOnly() != written+1 {
		t.Errorf("%d of %d outcomes were written", written, r.SummaryOnly())
	}
	r.AddOutcome(store.Outcome{ID: "bad"})
	runToEnd(r)
	if r.Dropped() != 2 {
		t.Errorf("%d outcomes were dropped, want 2", r.Dropped())
	}
}
