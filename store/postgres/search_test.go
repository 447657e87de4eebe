package postgres_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// hastyClock is a second later each time it is read.
type hastyClock struct {
	clock.System
	readings atomic.Int64
}

func (c *hastyClock) Now() time.Time {
	return c.System.Now().Add(time.Duration(c.readings.Add(1)) * time.Second)
}

// TestSlowSearch searches on a server on which each part of a search takes too long:
// then a page ends after it, and the next one goes on there.
func TestSlowSearch(t *testing.T) {
	t.Parallel()
	s, err := postgres.Open(t.Context(), server.Database(t), postgres.Options{Clock: &hastyClock{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	var entries []*store.Entry
	var outcomes []store.Outcome
	at := time.Now()
	for i := range 600 {
		e := &store.Entry{ID: ulid.New(at.Add(time.Duration(i) * time.Second)), Flow: "orders", State: store.Succeeded, Finished: at}
		if i == 1 {
			e.Body = []byte("needle")
		}
		entries = append(entries, e)
		id := ulid.New(at.Add(time.Duration(i-600) * time.Second))
		outcomes = append(outcomes, store.Outcome{ID: id, Flow: "orders", Status: 200, Started: at, Finished: at})
	}
	if err := s.Record(t.Context(), entries...); err != nil {
		t.Fatal(err)
	}
	if err := s.RecordOutcomes(t.Context(), outcomes); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text, want string
		pages      int
	}{
		{"needle", entries[1].ID, 3},        // of 250, 250 and 100 runs; it can't be part of an id
		{outcomes[1].ID, outcomes[1].ID, 5}, // of 250 and 250 runs, 100 and 256 outcomes, 256 and 88 outcomes
		{"zzzzzzzzzz", "", 5},
	} {
		var found []string
		q, pages := store.ListQuery{Filter: store.Filter{Text: c.text}, Limit: 10}, 0
		for more := true; more; pages++ {
			page, err := s.List(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Runs {
				found = append(found, r.ID)
			}
			q.After, more = page.Next, page.Next != ""
		}
		want := []string{c.want}
		if c.want == "" {
			want = nil
		}
		if fmt.Sprint(found) != fmt.Sprint(want) || pages != c.pages {
			t.Errorf("%s: found %v on %d pages, want %v on %d", c.text, found, pages, want, c.pages)
		}
	}
}
