package flow_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// suspendingJournal keeps the last record of each step, so that a run continues
// after it was suspended.
type suspendingJournal struct {
	flow.NoJournal
	records map[string]*flow.Record
}

func (j suspendingJournal) Done(r *flow.Record) {
	if r.Attempts > 0 {
		j.records[r.Path] = r
	}
}

func (j suspendingJournal) Started(string) bool { return len(j.records) > 0 }

func (j suspendingJournal) Resume(c *flow.Call) (flow.Resumed, bool) {
	r := j.records[c.Path()]
	switch {
	case r == nil:
		return flow.Resumed{}, false
	case r.State == flow.SuspendedInside:
		return flow.Resumed{Used: flow.UsedTimeout(c.Clock(), r.Started, r.Wait)}, false
	case r.State == flow.Suspended:
		if left := time.Until(r.Started.Add(r.Wait)); left > 0 {
			return flow.Resumed{Err: flow.StillSuspended(left)}, true
		}
	}
	return flow.Resumed{Output: r.Output}, r.State != flow.Failed
}

// TestTimeoutCountsWaits: the waits of a run that is suspended count in the
// timeouts around, and the time in which nothing continued the run does not.
func TestTimeoutCountsWaits(t *testing.T) {
	t.Parallel()
	const inGroup = `
		action "group" "around" {
			timeout = "1h"
			action "do" "first" { timeout = "2h" }
			action "do" "second" { timeout = "2h" }
		}`
	cases := []struct {
		name          string
		body          string
		first, second time.Duration
		idle          time.Duration // until the run continues, in addition to each wait
		want          string        // message of the failure
	}{
		{name: "fits", body: inGroup, first: 30 * time.Minute, second: 29 * time.Minute},
		{name: "no gateway for a day", body: inGroup, first: 30 * time.Minute, second: 29 * time.Minute, idle: 24 * time.Hour},
		{
			name: "together too long", body: inGroup, first: 30 * time.Minute, second: 30 * time.Minute,
			want: `the wait of 30m would outlast the timeout of action "around", 1h`,
		},
		{
			name: "alone too long", body: inGroup, first: time.Hour, second: time.Minute,
			want: `the wait of 1h would outlast the timeout of action "around", 1h`,
		},
		{
			name: "the action's own", body: `action "do" "first" { timeout = "5m" }`, first: 6 * time.Minute,
			want: `the wait of 6m would outlast the timeout of action "first", 5m`,
		},
		{
			name: "in lists within lists", first: 30 * time.Minute, second: 31 * time.Minute,
			body: `action "fork" "outer" {
				timeout = "1h"` + inGroup + `
			}`,
			want: `the wait of 31m would outlast the timeout of action "outer", 1h`,
		},
		{
			name: "on_error is not bounded by its own time", first: time.Hour, second: time.Hour,
			body: `action "do" "fail" {}
				on_error {
					action "do" "first" { timeout = "2h" }
					action "do" "second" { timeout = "2h" }
				}`,
			want: "broken",
		},
		{
			name: "an action in on_error is bounded by its timeout", first: 2 * time.Hour,
			body: `action "do" "fail" {}
				on_error {
					action "do" "first" {
						timeout  = "1h"
						on_error = "continue"
					}
				}`,
			want: "broken",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				l.fails("fail", &flow.Error{Class: flow.Permanent, Message: "broken"}, 0)
				for name, wait := range map[string]time.Duration{"first": c.first, "second": c.second} {
					l.does[name] = func(ctx context.Context, call *flow.Call) (any, error) { return name, call.Suspend(ctx, wait) }
				}
				out := l.runToItsEnd(c.body, c.idle)
				message := ""
				if out.Err != nil {
					message = out.Err.Message
				}
				if message != c.want {
					t.Errorf("it failed with %q, want %q", message, c.want)
				}
			})
		})
	}
}

// runToItsEnd runs a flow, and continues it after each wait.
func (l *lab) runToItsEnd(body string, idle time.Duration) flow.Outcome {
	l.t.Helper()
	journal := suspendingJournal{records: map[string]*flow.Record{}}
	for {
		run := l.start(body)
		run.CanSuspend, run.AwaitsStore, run.Journal = true, true, journal
		out := flow.Execute(l.t.Context(), run)
		if out.State != flow.Suspended {
			return out
		}
		ctx, cancel := context.WithTimeout(l.t.Context(), out.Wait+idle)
		<-ctx.Done()
		cancel()
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			l.t.Fatal(ctx.Err())
		}
	}
}
