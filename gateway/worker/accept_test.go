package worker_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/services"
	"github.com/webhook-gateway/gateway/gateway/worker"
	"github.com/webhook-gateway/gateway/internal/testutil/snapshottest"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

const scheduled = `flow "f" {
  trigger "schedule" { cron = "0 7 * * *" }
  action "log" "l" { message = "hi" }
}`

// acceptStore gives each run that is accepted to its caller, if it asks for it.
type acceptStore struct {
	store.Store
	grants   bool
	err      error
	finished chan string // runs
}

func (s *acceptStore) Accept(_ context.Context, sub *store.Submission) (store.Accepted, error) {
	if s.grants && sub.Claim != nil {
		return store.Accepted{Claim: &store.Claim{ID: sub.ID, Ref: 1, Fence: 1}}, s.err
	}
	return store.Accepted{}, s.err
}

func (*acceptStore) ClaimsAfterEnds() bool { return true }

func (s *acceptStore) Finish(_ context.Context, c store.Claim, _ *store.Ending) error {
	s.finished <- c.ID
	return nil
}

type acceptTest struct {
	t      *testing.T
	store  *acceptStore
	slots  *run.Slots
	wakeup *run.Signal
	pool   *worker.Pool
	scope  *run.Scope
}

// emptyEvent is an event without content.
type emptyEvent struct{}

func (*emptyEvent) Value(string) any { return nil }
func (*emptyEvent) Input() any       { return nil }

func newAcceptTest(t *testing.T, s *acceptStore) *acceptTest {
	t.Helper()
	s.finished = make(chan string, 1)
	a := &acceptTest{t: t, store: s, slots: &run.Slots{}, wakeup: run.NewSignal()}
	env, snapshots := snapshottest.NewEnv(), snapshottest.Serve(t, scheduled)
	a.pool = worker.NewPool(worker.Options{
		Env: env, Store: s, Slots: a.slots, Snapshots: snapshots, Wakeup: a.wakeup, Lease: time.Minute, Life: t.Context(),
		Services: services.New(services.Options{Env: env, Store: s, Snapshots: snapshots, Wakeup: a.wakeup}),
	})
	snap := snapshots.Acquire()
	t.Cleanup(snap.Release)
	now := env.Clock.Now()
	a.scope = &run.Scope{Env: &env, ID: ulid.New(now), Began: now, Snapshot: snap, Endpoint: snap.Endpoints["f"]}
	return a
}

// accept accepts a run, whose submission must not change.
func (a *acceptTest) accept() (store.Accepted, error) {
	a.t.Helper()
	s := &store.Submission{ID: a.scope.ID, Flow: "f"}
	got, err := a.pool.Accept(a.t.Context(), a.scope, s, &emptyEvent{})
	if s.Claim != nil {
		a.t.Error("the caller's submission was changed")
	}
	return got, err
}

// wantQueued tells that the run waits for a claim, and that no slot is in use. The
// store wakes the claim loop.
func (a *acceptTest) wantQueued(got store.Accepted, err error) {
	a.t.Helper()
	if err != nil || got.Claim != nil || a.slots.InUse() != 0 {
		a.t.Errorf("claim %v, error %v, %d slots in use", got.Claim, err, a.slots.InUse())
	}
}

func TestAcceptStartsARun(t *testing.T) {
	t.Parallel()
	a := newAcceptTest(t, &acceptStore{grants: true})
	if got, err := a.accept(); err != nil || got.Claim == nil {
		t.Fatalf("claim %v, error %v", got.Claim, err)
	}
	if id := <-a.store.finished; id != a.scope.ID {
		t.Errorf("run %s ended", id)
	}
	<-a.wakeup.C() // a claim may be part of the batch with the end
	ended, stop := context.WithCancel(t.Context())
	stop()
	a.pool.ClaimLoop(ended)
	a.pool.Stop(time.Minute) // waits for the run
	if a.slots.InUse() != 0 {
		t.Errorf("%d slots in use after the run", a.slots.InUse())
	}
}

func TestAcceptQueuesARunThatMustWait(t *testing.T) {
	t.Parallel()
	a := newAcceptTest(t, &acceptStore{})
	a.wantQueued(a.accept())
}

func TestAcceptQueuesBeforeAStop(t *testing.T) {
	t.Parallel()
	a := newAcceptTest(t, &acceptStore{grants: true})
	a.pool.QueueOnly()
	a.wantQueued(a.accept())
}

func TestAcceptQueuesWithoutAFreeSlot(t *testing.T) {
	t.Parallel()
	a := newAcceptTest(t, &acceptStore{grants: true})
	most := int(a.scope.Snapshot.MaxRuns)
	a.slots.Take(most)
	got, err := a.accept()
	for range most {
		a.slots.Free()
	}
	a.wantQueued(got, err)
}

// TestAcceptThatFails: a call that fails accepts nothing, even if it returns a
// claim, as a commit that fails late does.
func TestAcceptThatFails(t *testing.T) {
	t.Parallel()
	a := newAcceptTest(t, &acceptStore{grants: true, err: &store.UnavailableError{Err: io.ErrShortWrite}})
	if got, err := a.accept(); err == nil || got.Claim != nil || a.slots.InUse() != 0 {
		t.Errorf("claim %v, error %v, %d slots in use", got.Claim, err, a.slots.InUse())
	}
}
