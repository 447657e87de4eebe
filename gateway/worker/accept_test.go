package worker_test

import (
	"context"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/services"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/gateway/worker"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/snapshottest"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

const scheduled = `flow "f" {
  trigger "schedule" { cron = "0 7 * * *" }
  action "parallel" "p" {
    action "log" "l" { message = "hi" }
  }
}`

const endsAtOnce = `flow "f" {
  trigger "schedule" { cron = "0 7 * * *" }
  action "transform" "t" { jq = "1" }
  action "log" "l" { message = "${action.t.value}" }
}`

// acceptStore gives each run that is accepted to its caller, if it asks for it.
type acceptStore struct {
	store.Store
	grants   bool
	known    bool               // each run has the dedupe key of another one
	asked    *store.DirectClaim // of the last run
	err      error
	finished chan string // runs
}

func (s *acceptStore) Accept(_ context.Context, sub *store.Submission) (store.Accepted, error) {
	s.asked = sub.Claim
	if s.known {
		return store.Accepted{Duplicate: &store.Key{}}, s.err
	}
	if s.grants && sub.Claim != nil && sub.Claim.Ended != nil {
		return store.Accepted{Ended: true}, s.err
	}
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
	t       *testing.T
	store   *acceptStore
	slots   *run.Slots
	wakeup  *run.Signal
	pool    *worker.Pool
	scope   *run.Scope
	metrics *telemetry.Metrics
}

// emptyEvent is an event without content.
type emptyEvent struct{}

func (*emptyEvent) Value(string) any { return nil }
func (*emptyEvent) Input() any       { return nil }

func newAcceptTest(t *testing.T, s *acceptStore) *acceptTest {
	t.Helper()
	return newAcceptTestOf(t, s, scheduled)
}

func newAcceptTestOf(t *testing.T, s *acceptStore, flows string) *acceptTest {
	t.Helper()
	s.finished = make(chan string, 1)
	a := &acceptTest{t: t, store: s, slots: &run.Slots{}, wakeup: run.NewSignal()}
	a.metrics = telemetry.NewMetrics("", clock.System{}, func() int64 { return 0 })
	env, snapshots := snapshottest.NewEnv(), snapshottest.ServeCounted(t, flows, a.metrics)
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

// wantCounted tells how many runs and actions are counted.
func (a *acceptTest) wantCounted(runs, actions float64) {
	a.t.Helper()
	families, err := a.metrics.Registry().Gather()
	if err != nil {
		a.t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			got[family.GetName()] += m.GetCounter().GetValue()
		}
	}
	if got["gateway_runs_total"] != runs || got["gateway_actions_total"] != actions {
		a.t.Errorf("%v runs and %v actions are counted, want %v and %v", got["gateway_runs_total"], got["gateway_actions_total"], runs, actions)
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

// TestAcceptStoresAnEnd: a run without effects outside is stored with its end.
func TestAcceptStoresAnEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAcceptTestOf(t, &acceptStore{grants: true}, endsAtOnce)
		got, err := a.accept()
		if err != nil || !got.Ended || a.slots.InUse() != 0 {
			t.Fatalf("%+v, error %v, %d slots in use", got, err, a.slots.InUse())
		}
		end := a.store.asked.Ended
		if end.State != store.Succeeded || len(end.Steps) != 2 || end.Steps[1].Path != "l" {
			t.Errorf("%+v", end)
		}
		a.wantCounted(1, 2)
	})
}

// TestAcceptForgetsAnEnd: if the store queues a run that has ended, nobody learns of the
// end. After some of them, runs are executed once they are stored.
func TestAcceptForgetsAnEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAcceptTestOf(t, &acceptStore{}, endsAtOnce)
		got, err := a.accept()
		a.wantQueued(got, err)
		if a.store.asked.Ended == nil {
			t.Error("the first run was not executed")
		}
		a.wantCounted(0, 0)
		for range 7 {
			a.wantQueued(a.accept())
		}
		if _, err := a.accept(); err != nil || a.store.asked.Ended != nil {
			t.Errorf("the ninth run was executed: error %v", err)
		}
	})
}

// TestAcceptRedactsOnce: the texts of a sensitive output count once, as too many of them
// hide all lines of the run.
func TestAcceptRedactsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const sensitive = `flow "f" {
  trigger "schedule" { cron = "0 7 * * *" }
  action "transform" "t" {
    jq        = "[range(1000; 1100) | \"card \\(.)\"]"
    sensitive = true
  }
  action "log" "l" { message = "paid by card 1042" }
}`
		a := newAcceptTestOf(t, &acceptStore{grants: true}, sensitive)
		lines := a.watchLog()
		if got, err := a.accept(); err != nil || !got.Ended {
			t.Fatalf("%+v, error %v", got, err)
		}
		wantLines(t, lines, "paid by (sensitive)", "run")
	})
}

// watchLog returns the lines that the flow logs from now on.
func (a *acceptTest) watchLog() *observer.ObservedLogs {
	core, lines := observer.New(zap.InfoLevel)
	a.scope.Endpoint.Log = zap.New(core)
	return lines
}

func wantLines(t *testing.T, lines *observer.ObservedLogs, want ...string) {
	t.Helper()
	var got []string
	for _, line := range lines.All() {
		got = append(got, line.Message)
	}
	if !slices.Equal(got, want) {
		t.Errorf("logged %q, want %q", got, want)
	}
}

// cardEvent is an event with a sensitive value.
type cardEvent struct{ emptyEvent }

func (*cardEvent) SensitiveValues() []any { return []any{"card 1042"} }

// TestAcceptRedactsTheEvent: sensitive values of an event are hidden wherever they stand,
// also if the event was not read from the store.
func TestAcceptRedactsTheEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const file = `flow "f" {
  trigger "schedule" { cron = "0 7 * * *" }
  action "log" "l" { message = "paid by card 1042" }
}`
		a := newAcceptTestOf(t, &acceptStore{grants: true}, file)
		lines := a.watchLog()
		s := &store.Submission{ID: a.scope.ID, Flow: "f"}
		if got, err := a.pool.Accept(t.Context(), a.scope, s, &cardEvent{}); err != nil || !got.Ended {
			t.Fatalf("%+v, error %v", got, err)
		}
		wantLines(t, lines, "paid by (sensitive)", "run")
	})
}

// TestAcceptOneAtATime: runs with an order key, and those of a flow with max = 1, are
// executed one after another, so none of them before it is stored.
func TestAcceptOneAtATime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		order string
		most  int
	}{{"k", 2}, {"", 1}} {
		synctest.Test(t, func(t *testing.T) {
			a := newAcceptTestOf(t, &acceptStore{grants: true}, endsAtOnce)
			a.scope.Endpoint.Queue.Max = c.most
			s := &store.Submission{ID: a.scope.ID, Flow: "f", OrderKey: c.order}
			got, err := a.pool.Accept(t.Context(), a.scope, s, &emptyEvent{})
			if err != nil || got.Claim == nil || a.store.asked.Ended != nil {
				t.Fatalf("%+v: %+v, error %v, end %v", c, got, err, a.store.asked.Ended)
			}
			<-a.store.finished
		})
	}
}

// TestAcceptPausesForRepetitions: requests that are repeated do not have the flow execute
// a run each.
func TestAcceptPausesForRepetitions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAcceptTestOf(t, &acceptStore{known: true}, endsAtOnce)
		for i := range 9 {
			got, err := a.accept()
			if err != nil || got.Duplicate == nil || (a.store.asked.Ended != nil) != (i < 8) {
				t.Fatalf("request %d: %+v, error %v, end %v", i, got, err, a.store.asked.Ended)
			}
		}
	})
}

// TestAcceptOfAFailure: a run that fails is executed again once it is stored.
func TestAcceptOfAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const fails = `flow "f" {
  trigger "schedule" { cron = "0 7 * * *" }
  action "transform" "t" { jq = "error(\"no\")" }
  on_error {
    action "log" "l" { message = "failed" }
  }
}`
		a := newAcceptTestOf(t, &acceptStore{grants: true}, fails)
		if got, err := a.accept(); err != nil || got.Claim == nil || a.store.asked.Ended != nil {
			t.Errorf("%+v, error %v, end %v", got, err, a.store.asked.Ended)
		}
		if id := <-a.store.finished; id != a.scope.ID {
			t.Errorf("run %s ended", id)
		}
	})
}
