package schedule

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have none

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/services"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/snapshottest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// clockTest has gateways whose clock the test sets, on one store.
type clockTest struct {
	t     *testing.T
	store *awayStore
	text  string
}

func newClockTest(t *testing.T, trigger string) *clockTest {
	t.Helper()
	s, err := sqlite.Open(sqlite.Options{Dir: t.TempDir(), Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &clockTest{t, &awayStore{Store: s}, "flow \"f\" {\ntrigger \"schedule\" {\n" + trigger + "\n}\naction \"log\" \"l\" { message = schedule.time }\n}\n"}
}

// ticker returns that of a gateway which begins at a moment.
func (c *clockTest) ticker(began string) *Ticker {
	c.t.Helper()
	env, snapshots := snapshottest.NewEnv(), snapshottest.Serve(c.t, c.text)
	tk := New(Options{Env: env, Store: c.store, Snapshots: snapshots, Services: services.New(services.Options{
		Env: env, Store: c.store, Snapshots: snapshots, Wakeup: run.NewSignal(),
	})})
	tk.began = c.at(began)
	return tk
}

func (c *clockTest) at(text string) time.Time {
	c.t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		c.t.Fatal(err)
	}
	return at
}

// look lets a ticker look at its schedules at certain moments.
func (c *clockTest) look(tk *Ticker, moments ...string) {
	for _, m := range moments {
		tk.startDue(c.t.Context(), c.at(m))
	}
}

// ticks are those that have made a run, oldest first.
func (c *clockTest) ticks() []string {
	c.t.Helper()
	page, err := c.store.List(c.t.Context(), store.ListQuery{Limit: store.MaxPage})
	if err != nil {
		c.t.Fatal(err)
	}
	var out []string
	for _, r := range page.Runs {
		run, err := c.store.Get(c.t.Context(), r.ID)
		if err != nil {
			c.t.Fatal(err)
		}
		var kept struct{ Schedule struct{ Time string } }
		if err := json.Unmarshal(run.Variables, &kept); err != nil {
			c.t.Fatal(err)
		}
		out = append(out, kept.Schedule.Time)
	}
	slices.Sort(out)
	return out
}

func (c *clockTest) want(ticks ...string) {
	c.t.Helper()
	if got := c.ticks(); !slices.Equal(got, ticks) {
		c.t.Errorf("runs of %q, want %q", got, ticks)
	}
}

const daily = "cron = \"0 7 * * *\"\ntimezone = \"Europe/Berlin\""

func TestTickStartsARun(t *testing.T) {
	t.Parallel()
	c := newClockTest(t, daily)
	tk := c.ticker("2026-11-20T06:00:00+01:00")
	c.look(tk, "2026-11-20T06:00:00+01:00", "2026-11-20T06:59:59+01:00")
	c.want()
	c.look(tk, "2026-11-20T07:00:00+01:00", "2026-11-20T07:00:20+01:00", "2026-11-20T12:00:00+01:00", "2026-11-21T07:00:01+01:00")
	c.want("2026-11-20T07:00:00+01:00", "2026-11-21T07:00:00+01:00")
}

// TestOneRunForATick: several gateways look at the same schedule.
func TestOneRunForATick(t *testing.T) {
	t.Parallel()
	c := newClockTest(t, daily)
	for _, tk := range []*Ticker{c.ticker("2026-11-20T06:00:00+01:00"), c.ticker("2026-11-20T06:30:00+01:00")} {
		c.look(tk, "2026-11-20T06:31:00+01:00", "2026-11-20T07:00:00+01:00")
	}
	c.look(c.ticker("2026-11-20T07:00:10+01:00"), "2026-11-20T07:00:10+01:00") // replaces one of them
	c.want("2026-11-20T07:00:00+01:00")
}

// TestTickWhileReplaced: one gateway has stopped before the tick and the next
// one has begun after it.
func TestTickWhileReplaced(t *testing.T) {
	t.Parallel()
	c := newClockTest(t, daily)
	c.look(c.ticker("2026-11-20T06:00:00+01:00"), "2026-11-20T06:59:50+01:00")
	c.look(c.ticker("2026-11-20T07:00:20+01:00"), "2026-11-20T07:00:20+01:00")
	c.want("2026-11-20T07:00:00+01:00")
}

func TestMissedTicks(t *testing.T) {
	t.Parallel()
	for missed, want := range map[string][]string{
		"skip":     {"2026-11-20T07:00:00+01:00", "2026-11-25T07:00:00+01:00"},
		"run_once": {"2026-11-20T07:00:00+01:00", "2026-11-24T07:00:00+01:00", "2026-11-25T07:00:00+01:00"},
	} {
		t.Run(missed, func(t *testing.T) {
			t.Parallel()
			c := newClockTest(t, daily+"\nmissed = \""+missed+"\"")
			c.look(c.ticker("2026-11-20T06:59:30+01:00"), "2026-11-20T07:00:00+01:00")
			next := c.ticker("2026-11-24T12:00:00+01:00")
			c.look(next, "2026-11-24T12:00:00+01:00", "2026-11-24T12:00:10+01:00", "2026-11-25T07:00:00+01:00")
			c.want(want...)
		})
	}
}

// TestFirstStart: the first start on a store fires no tick before it, also if
// ticks are caught up, and a schedule that is added later does not either.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	for _, missed := range []string{"skip", "run_once"} {
		t.Run(missed, func(t *testing.T) {
			t.Parallel()
			c := newClockTest(t, daily+"\nmissed = \""+missed+"\"")
			c.look(c.ticker("2026-11-20T07:00:20+01:00"), "2026-11-20T07:00:20+01:00", "2026-11-20T07:00:40+01:00")
			c.want()
			added := newClockTest(t, daily+"\nmissed = \""+missed+"\"")
			added.look(added.ticker("2026-11-20T05:00:00+01:00"), "2026-11-20T07:00:20+01:00")
			added.want()
		})
	}
}

// TestMissedTicksWithoutHistory: run_once needs no run in the history, and a
// schedule that was served but has not ticked yet is caught up too.
func TestMissedTicksWithoutHistory(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]string{"purged": "2026-11-20T07:00:00+01:00", "not ticked": "2026-11-20T06:59:40+01:00"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClockTest(t, daily+"\nmissed = \"run_once\"")
			c.look(c.ticker("2026-11-20T06:59:30+01:00"), first)
			if name == "purged" {
				page, err := c.store.CancelAll(t.Context(), store.ListQuery{Limit: 1})
				if err != nil || page.N != 1 {
					t.Fatal(page, err)
				}
				for deleted := 0; deleted == 0; {
					got, err := c.store.Purge(t.Context(), store.Retention{Bytes: 1})
					if err != nil {
						t.Fatal(err)
					}
					deleted = got.Runs
				}
			}
			c.want()
			c.look(c.ticker("2026-11-24T12:00:00+01:00"), "2026-11-24T12:00:00+01:00")
			c.want("2026-11-24T07:00:00+01:00")
		})
	}
}

// TestSleptThrough: the machine slept, and the gateway with it.
func TestSleptThrough(t *testing.T) {
	t.Parallel()
	c := newClockTest(t, "cron = \"*/10 * * * *\"\nmissed = \"run_once\"")
	tk := c.ticker("2026-11-20T05:59:50Z")
	c.look(tk, "2026-11-20T06:00:10Z", "2026-11-20T09:05:00Z", "2026-11-20T09:10:00Z")
	c.want("2026-11-20T06:00:00Z", "2026-11-20T09:00:00Z", "2026-11-20T09:10:00Z")
}

// TestTicksOverClockChanges follows a schedule over both changes of the clocks,
// looking twenty times in each hour.
func TestTicksOverClockChanges(t *testing.T) {
	t.Parallel()
	for from, want := range map[string][]string{
		"2027-03-27T12:00:00+01:00": {"2027-03-28T03:00:00+02:00", "2027-03-29T02:30:00+02:00"},
		"2026-10-24T12:00:00+02:00": {"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
	} {
		t.Run(from, func(t *testing.T) {
			t.Parallel()
			c := newClockTest(t, "cron = \"30 2 * * *\"\ntimezone = \"Europe/Berlin\"")
			tk := c.ticker(from)
			for at := c.at(from); at.Before(c.at(from).Add(48 * time.Hour)); at = at.Add(3 * time.Minute) {
				tk.startDue(t.Context(), at)
				tk.startDue(t.Context(), at.Truncate(30*time.Minute).Add(30*time.Minute)) // as the loop does, which wakes for a tick
			}
			c.want(want...)
		})
	}
}

// TestTickWaitsForTheStore: a tick is not lost while nothing can be kept.
func TestTickWaitsForTheStore(t *testing.T) {
	t.Parallel()
	c := newClockTest(t, daily)
	tk := c.ticker("2026-11-20T06:59:30+01:00")
	c.store.away = true
	c.look(tk, "2026-11-20T06:59:40+01:00", "2026-11-20T07:00:00+01:00")
	c.want()
	c.store.away = false
	c.look(tk, "2026-11-20T07:00:01+01:00")
	c.want("2026-11-20T07:00:00+01:00")
}

// TestTickWaitsLongForTheStore: a tick that a gateway was there for is not
// missed, however long the store is away.
func TestTickWaitsLongForTheStore(t *testing.T) {
	t.Parallel()
	for name, began := range map[string]string{"there": "2026-11-20T06:00:00+01:00", "just begun": "2026-11-20T07:00:20+01:00"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClockTest(t, daily)
			c.look(c.ticker("2026-11-20T05:00:00+01:00"), "2026-11-20T05:00:00+01:00")
			tk := c.ticker(began)
			c.store.away = true
			if name == "there" {
				c.look(tk, "2026-11-20T06:59:50+01:00", "2026-11-20T07:00:00+01:00")
			}
			c.look(tk, "2026-11-20T07:00:20+01:00", "2026-11-20T07:05:00+01:00")
			c.store.away = false
			c.look(tk, "2026-11-20T07:05:01+01:00", "2026-11-20T07:05:20+01:00")
			c.want("2026-11-20T07:00:00+01:00")
		})
	}
}

// awayStore takes nothing while it is away.
type awayStore struct {
	store.Store
	away bool
}

func (a *awayStore) Accept(ctx context.Context, s *store.Submission) (store.Accepted, error) {
	if a.away {
		return store.Accepted{}, &store.UnavailableError{Err: context.DeadlineExceeded}
	}
	return a.Store.Accept(ctx, s)
}
