package run_test

import (
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/store"
)

// TestEarlierAttempts: the first and the last attempts of a step stay, however often
// it is tried, and the detail fits into its limit.
func TestEarlierAttempts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 4000)
	var step store.Step
	for i := range 100 {
		next := store.Step{Path: "a", State: flow.Failed, Began: time.Unix(int64(i), 0), Took: time.Second, Cause: store.Cause{Class: "transient", Message: long}}
		if i > 0 {
			run.AddEarlier(&next, step)
		}
		step = next
	}
	d := run.DecodeDetail(step.Cause.Detail)
	if len(d.Attempts) != 10 || d.Skipped != 89 {
		t.Fatalf("%d attempts, %d left out", len(d.Attempts), d.Skipped)
	}
	for i, want := range []int64{0, 1, 2, 3, 4, 94, 95, 96, 97, 98} {
		if a := d.Attempts[i]; a.At.Unix() != want || a.Took != time.Second || a.Class != "transient" || !strings.HasSuffix(a.Message, "ä…") {
			t.Errorf("attempt %d: %+v", i, a)
		}
	}
	if len(step.Cause.Detail) > store.MaxDetail {
		t.Errorf("the detail has %d bytes", len(step.Cause.Detail))
	}
}

// TestNoEarlierAttempts: a step that was skipped or waited was not attempted.
func TestNoEarlierAttempts(t *testing.T) {
	t.Parallel()
	for _, state := range []flow.State{flow.Skipped, flow.Suspended, flow.SuspendedInside} {
		step := store.Step{Path: "a", State: flow.Succeeded}
		run.AddEarlier(&step, store.Step{Path: "a", State: state})
		if step.Cause.Detail != "" {
			t.Errorf("%s: %s", state, step.Cause.Detail)
		}
	}
}
