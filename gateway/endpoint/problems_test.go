package endpoint

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

func TestRunFailedHidesTheError(t *testing.T) {
	t.Parallel()
	out := &flow.Outcome{State: flow.Failed, Err: &flow.Error{Message: "the password is hunter2"}}
	if p := runFailed(t.Context(), out); strings.Contains(p.Error(), "hunter2") {
		t.Error(p)
	}
}

func TestRunFailedWithoutStore(t *testing.T) {
	t.Parallel()
	out := &flow.Outcome{State: flow.Failed, Err: &flow.Error{Class: flow.Transient, StoreUnavailable: true}}
	if p := runFailed(t.Context(), out); p.Status != 503 || p.Header.Get("Retry-After") == "" {
		t.Error(p)
	}
}
