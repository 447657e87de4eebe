package flow_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/flow"
)

// TestRetryAroundASuspendedStep: a step waits through several attempts of the
// action around it. Its wait is not begun again, and the journal learns when it
// is over.
func TestRetryAroundASuspendedStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		began := time.Now()
		l.does["wait"] = func(ctx context.Context, c *flow.Call) (any, error) {
			return "waited", c.Suspend(ctx, time.Minute)
		}
		l.does["call"] = func(context.Context, *flow.Call) (any, error) {
			if time.Since(began) < time.Minute {
				return nil, &flow.Error{Class: flow.Transient, Reason: flow.Reason5xx, Message: "broken"}
			}
			return "called", nil
		}
		run := l.start(`
			action "fork" "both" {
				retry {
					attempts = 100
					initial  = "10s"
					max      = "10s"
				}
				action "do" "wait" { timeout = "2m" }
				action "do" "call" {}
			}`)
		run.CanSuspend = true
		if out := flow.Execute(t.Context(), run); out.State != flow.Succeeded {
			t.Errorf("%+v", out)
		}
		states := map[string][]flow.State{}
		for _, r := range l.records {
			if r.Step.Name != "call" {
				states[r.Step.Name] = append(states[r.Step.Name], r.State)
			}
		}
		if diff := cmp.Diff(map[string][]flow.State{"wait": {flow.Suspended, flow.Succeeded}, "both": {flow.Succeeded}}, states); diff != "" {
			t.Error(diff)
		}
		last := l.records[len(l.records)-1]
		if diff := cmp.Diff(map[string]any{"wait": "waited", "call": "called"}, last.Output); diff != "" {
			t.Error(diff)
		}
	})
}
