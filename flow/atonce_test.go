package flow_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// TestAtOnce: an action that may not end at once fails a run that must, and is neither
// begun nor tried again.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		began := time.Now()
		l.does["call"] = func(context.Context, *flow.Call) (any, error) {
			t.Error("the action was begun")
			return nil, nil
		}
		run := l.start(`
			action "do" "call" {
				retry {
					attempts = 3
					initial  = "1m"
				}
			}`)
		if run.Flow.EndsAtOnce() {
			t.Error("a flow with an effect outside ends at once")
		}
		run.AtOnce = true
		if out := flow.Execute(t.Context(), run); out.State != flow.Failed || time.Since(began) != 0 {
			t.Errorf("%s after %s", out.State, time.Since(began))
		}
	})
}
