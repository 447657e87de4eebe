package schedule

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/store"
)

// states returns the states of the runs, oldest first.
func (c *clockTest) states() []store.State {
	c.t.Helper()
	page, err := c.store.List(c.t.Context(), store.ListQuery{Limit: store.MaxPage})
	if err != nil {
		c.t.Fatal(err)
	}
	states := make([]store.State, len(page.Runs))
	for i, r := range page.Runs {
		states[len(states)-1-i] = r.State
	}
	return states
}

// finishOne ends the oldest run in the queue.
func (c *clockTest) finishOne() {
	c.t.Helper()
	claimed, err := c.store.Claim(c.t.Context(), store.ClaimQuery{Owner: "test", Lease: time.Minute, Limit: 1, Flows: []store.FlowLimit{{Flow: "f"}}})
	if err != nil || len(claimed.Work) != 1 {
		c.t.Fatalf("claimed %d runs, %v", len(claimed.Work), err)
	}
	if err := c.store.Finish(c.t.Context(), claimed.Work[0].Claim, &store.Ending{State: store.Succeeded}); err != nil {
		c.t.Fatal(err)
	}
}

// TestSkipsWhileTheLastRunGoesOn: a tick during a run is recorded and does not
// run, and no gateway starts it later.
func TestSkipsWhileTheLastRunGoesOn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		concurrency string
		want        []store.State // after three ticks during the first run, and one after it
	}{
		"skip": {`overflow = "skip"`, []store.State{store.Succeeded, store.Throttled, store.Throttled, store.Queued}},
		"two":  {"overflow = \"skip\"\nmax = 2", []store.State{store.Succeeded, store.Queued, store.Throttled, store.Queued}},
		"wait": {`max = 1`, []store.State{store.Succeeded, store.Queued, store.Queued, store.Queued}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClockTest(t, "cron = \"*/10 * * * *\"\nconcurrency {\n"+tc.concurrency+"\n}")
			early, late := c.ticker("2026-11-20T06:59:30Z"), c.ticker("2026-11-20T06:59:30Z")
			c.look(early, "2026-11-20T07:00:00Z", "2026-11-20T07:10:00Z", "2026-11-20T07:20:00Z")
			c.finishOne()
			c.look(late, "2026-11-20T07:00:01Z", "2026-11-20T07:10:01Z", "2026-11-20T07:20:01Z")
			c.look(early, "2026-11-20T07:30:00Z")
			if diff := cmp.Diff(tc.want, c.states()); diff != "" {
				t.Errorf("runs (-want +got):\n%s", diff)
			}
			c.want("2026-11-20T07:00:00Z", "2026-11-20T07:10:00Z", "2026-11-20T07:20:00Z", "2026-11-20T07:30:00Z")
		})
	}
}

// TestSkippedTickIsNotCaughtUp: a gateway that starts later takes a skipped tick
// for the last one.
func TestSkippedTickIsNotCaughtUp(t *testing.T) {
	t.Parallel()
	c := newClockTest(t, "cron = \"*/10 * * * *\"\nmissed = \"run_once\"\nconcurrency { overflow = \"skip\" }")
	c.look(c.ticker("2026-11-20T06:59:30Z"), "2026-11-20T07:00:00Z", "2026-11-20T07:10:00Z")
	c.finishOne()
	c.look(c.ticker("2026-11-20T07:15:00Z"), "2026-11-20T07:15:00Z")
	c.want("2026-11-20T07:00:00Z", "2026-11-20T07:10:00Z")
}
