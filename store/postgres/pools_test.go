package postgres_test

import (
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// TestRunsWaitForNobody has housekeeping, people and actions that write to
// contacts be at work as much as they may: runs are accepted, claimed, kept and
// finished all the same.
func TestRunsWaitForNobody(t *testing.T) {
	t.Parallel()
	s := open(t, server.Database(t))
	release := postgres.Occupy(t.Context(), t, s)
	defer release()
	id := ulid.New(time.Now())
	if _, err := s.Accept(t.Context(), &store.Submission{ID: id, Flow: "f"}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Claim(t.Context(), store.ClaimQuery{Owner: "o", Lease: time.Minute, Limit: 1, Flows: []store.FlowLimit{{Flow: "f"}}})
	if err != nil || len(got.Work) != 1 || got.Work[0].Err != nil {
		t.Fatalf("claimed %+v, %v", got.Work, err)
	}
	claim := got.Work[0].Claim
	if lost, err := s.Heartbeat(t.Context(), time.Minute, claim); err != nil || len(lost) > 0 {
		t.Fatalf("lost %v, %v", lost, err)
	}
	if err := s.Finish(t.Context(), claim, &store.Ending{State: store.Succeeded}); err != nil {
		t.Fatal(err)
	}
}
