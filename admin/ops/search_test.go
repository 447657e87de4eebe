package ops_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

// searchedStore searches an hour for each page, which takes 100 ms, and finds a run in
// the last one.
type searchedStore struct {
	store.Store
	clock *steppedClock
	begin time.Time
	hours int
	pages int
}

func (s *searchedStore) List(_ context.Context, q store.ListQuery) (store.Page, error) {
	s.clock.now = s.clock.now.Add(100 * time.Millisecond)
	s.pages++
	if s.pages == s.hours {
		id := ulid.New(s.begin)
		return store.Page{Runs: []store.Summary{{ID: id, State: store.Succeeded}}}, nil
	}
	return store.Page{Next: ulid.New(s.begin.Add(-time.Duration(s.pages) * time.Hour))}, nil
}

// syncLess is a process without sync runs under way.
type syncLess struct{ ops.Process }

func (syncLess) SyncRuns() []store.Summary { return nil }

// noFlows is a snapshot without flows.
type noFlows struct{}

func (noFlows) Acquire() *snapshot.Snapshot {
	snap := &snapshot.Snapshot{Config: &load.Config{}}
	snap.Retain() // by its service, which does not end
	snap.Retain()
	return snap
}

// A search passes over parts of the history without a match for a time, and says how
// far it has come.
func TestSearchGoesOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ hours, pages, found int }{{1, 1, 1}, {3, 3, 1}, {10, 4, 0}} {
		t.Run(strconv.Itoa(c.hours), func(t *testing.T) {
			t.Parallel()
			now := clock.System{}.Now().Truncate(time.Millisecond)
			clk := &steppedClock{now: now}
			st := &searchedStore{clock: clk, begin: now, hours: c.hours}
			s := ops.New(ops.Options{Clock: clk, Store: st, Process: syncLess{}, Snapshots: noFlows{}})
			page, err := s.Runs(t.Context(), store.ListQuery{Filter: store.Filter{Text: "needle"}})
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Runs) != c.found || st.pages != c.pages {
				t.Errorf("found %d runs in %d pages, want %d in %d", len(page.Runs), st.pages, c.found, c.pages)
			}
			if want := now.Add(-time.Duration(c.pages) * time.Hour); c.found == 0 && !page.SearchedTo().Equal(want) {
				t.Errorf("searched back to %v, want %v", page.SearchedTo(), want)
			}
		})
	}
}
