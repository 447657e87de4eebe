package flow_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// storeAway is the error of an action while the gateway's store is unavailable.
func storeAway() error {
	return &flow.Error{Class: flow.Transient, Reason: flow.ReasonConnect, StoreUnavailable: true, Message: "no store"}
}

// TestActionsAwaitTheStore: in a stored run an action waits for the store beyond
// its attempts, and beyond its time and that of the actions around it. Another run
// fails at once.
func TestActionsAwaitTheStore(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, flow, ran string
		awaits          bool
		attempts        int
		fails           bool
	}{
		{"stored", `action "do" "away" {}`, "away away away away", true, 1, false},
		{"with a short timeout", `action "do" "away" { timeout = "1ms" }`, "away away away away", true, 1, false},
		{"with one attempt", "action \"do\" \"away\" {\nretry { attempts = 1 }\n}", "away away away away", true, 1, false},
		{"whose failure is passed over", `action "do" "away" { on_error = "continue" }`, "away away away away", true, 1, false},
		{"in an action whose time ends", "action \"group\" \"g\" {\ntimeout = \"60ms\"\naction \"do\" \"once\" {}\naction \"do\" \"away\" {}\n}", "once away away away away", true, 1, false},
		{"with a caller", "action \"do\" \"away\" {}\non_error {\naction \"do\" \"told\" {}\n}", "away told", false, 1, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				l.fails("away", storeAway(), 3)
				run := l.start(c.flow)
				run.AwaitsStore = c.awaits
				out := flow.Execute(t.Context(), run)
				if l.order() != c.ran || (out.State == flow.Failed) != c.fails {
					t.Errorf("%s after %s: %v", out.State, l.order(), out.Err)
				}
				for _, r := range l.records {
					if r.Step.Name == "away" && !c.fails && r.State == flow.Succeeded && r.Attempts != c.attempts {
						t.Errorf("%d attempts count", r.Attempts)
					}
				}
			})
		})
	}
}

// TestCheckpointMayTakeLong: the time of an action around does not fail a run
// while a checkpoint waits for the store.
func TestCheckpointMayTakeLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		run := l.start("action \"group\" \"g\" {\ntimeout = \"10s\"\naction \"do\" \"first\" {}\naction \"do\" \"second\" {}\n}")
		run.AwaitsStore = true
		waited := false
		run.Journal = labJournal{l: l, before: func(c *flow.Call) error {
			if c.Step.Name == "second" && !waited {
				waited = true
				time.Sleep(time.Minute)
			}
			return nil
		}}
		if out := flow.Execute(t.Context(), run); out.Err != nil || l.order() != "first second" {
			t.Errorf("%+v after %s", out, l.order())
		}
	})
}

// TestWaitForTheStoreEnds: a stop ends the wait, and the on_error list does not
// run.
func TestWaitForTheStoreEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.fails("away", storeAway(), 0)
		run := l.start("action \"do\" \"away\" {}\non_error {\naction \"do\" \"told\" {}\n}")
		run.AwaitsStore = true
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Hour, cancel)
		out := flow.Execute(ctx, run)
		var failure *flow.Error
		if !errors.As(out.Err, &failure) || !failure.StoreUnavailable || l.states() != "away:failed" {
			t.Errorf("%+v, %s", out, l.states())
		}
	})
}
