package run_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/store"
)

// newScope returns the scope of a run whose configuration has one secret.
func newScope() *run.Scope {
	return &run.Scope{
		Env:      &run.Env{Clock: clock.System{}, Log: telemetry.NewLog(zap.NewNop()), Sealer: redact.NewSealer([]byte("0123456789abcdef"))},
		Snapshot: &snapshot.Snapshot{Redactor: redact.New([]string{"hunter2-hunter2"})},
	}
}

// TestStepRoundTrip: a step that is stored and read again has its output, and
// shows no secret to people.
func TestStepRoundTrip(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		step   *flow.Step
		output any
		sealed bool
	}{
		{name: "nothing", step: &flow.Step{}},
		{name: "a value", step: &flow.Step{}, output: map[string]any{"id": "7"}},
		{name: "a secret of the configuration", step: &flow.Step{}, output: map[string]any{"id": "hunter2-hunter2"}, sealed: true},
		{name: "a sensitive action", step: &flow.Step{Sensitive: true}, output: map[string]any{"id": "7"}, sealed: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScope()
			stored := s.EncodeStep(&flow.Record{
				Step: c.step, Path: "a", State: flow.Succeeded, Output: c.output, Input: map[string]any{"token": "hunter2-hunter2"},
			})
			if strings.Contains(string(stored.Input), "hunter2") || redact.IsSealed(stored.Output) != c.sealed {
				t.Errorf("input %s, sealed output %t; want %t", stored.Input, redact.IsSealed(stored.Output), c.sealed)
			}
			got, err, done := s.DecodeStep(c.step, stored)
			if diff := cmp.Diff(c.output, got); err != nil || !done || diff != "" {
				t.Errorf("%v, done %t, %s", err, done, diff)
			}
		})
	}
}

func TestDecodeStepByState(t *testing.T) {
	t.Parallel()
	s, now := newScope(), time.Now()
	for _, c := range []struct {
		name      string
		stored    store.Step
		done      bool
		failed    bool
		suspended bool
	}{
		{name: "succeeded", stored: store.Step{State: flow.Succeeded}, done: true},
		{name: "skipped", stored: store.Step{State: flow.Skipped}},
		{name: "to be tried again", stored: store.Step{State: store.StepRetry}},
		{name: "ended the run", stored: store.Step{State: store.StepEnded}},
		{name: "failed", stored: store.Step{State: flow.Failed, Cause: store.Cause{Message: "no luck"}}, done: true, failed: true},
		{name: "waits", stored: store.Step{State: flow.Suspended, Began: now, Took: time.Hour}, done: true, suspended: true},
		{name: "has waited", stored: store.Step{State: flow.Suspended, Began: now.Add(-2 * time.Hour), Took: time.Hour}, done: true},
		{name: "holds an action that waits", stored: store.Step{State: flow.SuspendedInside, Began: now, Took: time.Hour}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err, done := s.DecodeStep(&flow.Step{}, c.stored)
			var failure *flow.Error
			if done != c.done || flow.IsSuspended(err) != c.suspended || errors.As(err, &failure) != c.failed {
				t.Errorf("done %t, error %v", done, err)
			}
		})
	}
}

// TestUsedTimeout: the wait counts, and the time after it in which no gateway ran
// does not.
func TestUsedTimeout(t *testing.T) {
	t.Parallel()
	step, began := &flow.Step{Name: "around", Kind: "loop"}, time.Now().Add(-2*time.Hour)
	for state, want := range map[flow.State]time.Duration{flow.SuspendedInside: time.Hour, flow.Suspended: 0} {
		s := newScope()
		stored := s.EncodeStep(&flow.Record{Step: step, Path: "around", State: state, Started: began, Wait: time.Hour})
		if got := s.UsedTimeout(stored); got != want {
			t.Errorf("%s: %v of the timeout are used, want %v", state, got, want)
		}
	}
}

// TestOutputOfAnotherKey: gateways on one store need one key.
func TestOutputOfAnotherKey(t *testing.T) {
	t.Parallel()
	sealed := redact.NewSealer([]byte("another key, too")).Seal([]byte(`1`))
	if _, err, done := newScope().DecodeStep(&flow.Step{}, store.Step{State: flow.Succeeded, Output: sealed}); err == nil || !done {
		t.Errorf("done %t without an error", done)
	}
}

func TestResponseRoundTrip(t *testing.T) {
	t.Parallel()
	want := &flow.Response{Status: 201, Header: map[string][]string{"X": {"1"}}, Body: []byte("made")}
	got, err := run.DecodeResponse(run.EncodeResponse(want))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}
