package worker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/testutil/snapshottest"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

// slowStore begins to write a checkpoint when it is told to. One whose context ends
// before is withdrawn.
type slowStore struct {
	store.Store
	begin chan struct{}
	wrote []string // paths of steps
}

func (s *slowStore) Checkpoint(ctx context.Context, _ store.Claim, steps ...store.Step) error {
	select {
	case <-s.begin:
	case <-ctx.Done():
		return ctx.Err()
	}
	for _, step := range steps {
		s.wrote = append(s.wrote, step.Path)
	}
	return nil
}

const called = `flow "f" {
  trigger "schedule" { cron = "0 7 * * *" }
  action "http" "tell" { url = "https://example.com" }
  action "log" "done" { message = "hi" }
}`

// startedRun returns a run that has ended an action with an effect and a pure one,
// and writes the checkpoint of both, with a line of the log that waits for it.
func startedRun(t *testing.T, s *slowStore) *Run {
	t.Helper()
	r := newTestRun(t, s)
	r.appendPending(store.Step{Path: "tell", Kind: "http", State: flow.Succeeded})
	r.appendPending(store.Step{Path: "sum", Kind: "transform", State: flow.Succeeded})
	if err := r.startCheckpoint(); err != nil {
		t.Fatal(err)
	}
	r.Log("done", "info", "hi", nil)
	r.appendPending(store.Step{Path: "done", Kind: "log", State: flow.Succeeded})
	return r
}

// newTestRun returns a claimed run of flow "f".
func newTestRun(t *testing.T, s store.Store) *Run {
	t.Helper()
	env, snapshots := snapshottest.NewEnv(), snapshottest.Serve(t, called)
	p := NewPool(Options{Env: env, Store: s, Slots: &run.Slots{}, Snapshots: snapshots, Wakeup: run.NewSignal(), Lease: time.Minute, Life: t.Context()})
	snap := snapshots.Acquire()
	t.Cleanup(snap.Release)
	p.Slots.Take(1)
	r := p.addRun(snap, snap.Endpoints["f"], ulid.New(env.Clock.Now()))
	t.Cleanup(func() { p.removeRun(r) })
	r.claim.Store(&store.Claim{ID: r.ID, Ref: 1, Fence: 1})
	return r
}

func wantCheckpoint(t *testing.T, r *Run, s *slowStore, wrote, pending, lines int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(s.wrote) != wrote || len(r.pending) != pending || len(r.lines) != lines {
		t.Errorf("%v are stored, %d steps and %d lines wait, want %d, %d and %d", s.wrote, len(r.pending), len(r.lines), wrote, pending, lines)
	}
}

// TestCheckpointIsWithdrawn: the end of a run writes the steps of a checkpoint that
// the store has not begun to write.
func TestCheckpointIsWithdrawn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowStore{begin: make(chan struct{})}
		r := startedRun(t, s)
		wantCheckpoint(t, r, s, 0, 3, 1)
		r.settleCheckpoint()
		wantCheckpoint(t, r, s, 0, 3, 1)
		r.flushLines()
		wantCheckpoint(t, r, s, 0, 3, 0)
	})
}

// TestCheckpointIsWritten: a line of the log is written after the checkpoint.
func TestCheckpointIsWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowStore{begin: make(chan struct{})}
		r := startedRun(t, s)
		close(s.begin)
		synctest.Wait()
		wantCheckpoint(t, r, s, 2, 1, 0)
		r.settleCheckpoint()
		wantCheckpoint(t, r, s, 2, 1, 0)
	})
}

// TestOutsideActionAwaitsCheckpoint: an action with an effect starts after the
// checkpoint, and has nothing to write itself.
func TestOutsideActionAwaitsCheckpoint(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowStore{begin: make(chan struct{})}
		r := startedRun(t, s)
		began := make(chan error, 1)
		go func() { began <- r.writeCheckpoint() }()
		synctest.Wait()
		select {
		case err := <-began:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		s.begin <- struct{}{}
		if err := <-began; err != nil {
			t.Error(err)
		}
		wantCheckpoint(t, r, s, 2, 1, 0)
	})
}

// TestLinesThatWaitAreBounded: an action that logs waits for the checkpoint if many
// lines do.
func TestLinesThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowStore{begin: make(chan struct{})}
		r := startedRun(t, s)
		logged := make(chan struct{})
		go func() {
			defer close(logged)
			for range maxWaitingLines {
				r.Log("done", "info", "hi", nil)
			}
		}()
		synctest.Wait()
		select {
		case <-logged:
			t.Fatal("the last line did not wait for the checkpoint")
		default:
		}
		wantCheckpoint(t, r, s, 0, 3, maxWaitingLines)
		s.begin <- struct{}{}
		<-logged
		wantCheckpoint(t, r, s, 2, 1, 0)
	})
}

// TestEffectIsStoredSoon: an effect is stored a moment later, though no action follows
// it, with the lines of the log that wait for it: another branch of the run may take long.
func TestEffectIsStoredSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowStore{begin: make(chan struct{})}
		r := newTestRun(t, s)
		r.appendPending(store.Step{Path: "both/tell", Kind: "http", State: flow.Succeeded})
		r.Log("done", "info", "hi", nil)
		time.Sleep(checkpointDelay - 1)
		if r.current != nil {
			t.Fatal("the checkpoint began at once")
		}
		wantCheckpoint(t, r, s, 0, 1, 1)
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		r.appendPending(store.Step{Path: "both/other", Kind: "http", State: flow.Succeeded})
		s.begin <- struct{}{}
		synctest.Wait()
		wantCheckpoint(t, r, s, 1, 1, 0)
		s.begin <- struct{}{} // of the effect that came while the first was written
		synctest.Wait()
		wantCheckpoint(t, r, s, 2, 0, 0)
	})
}

// TestEndStartsNoCheckpoint: the end of a run writes an effect that is not stored yet.
func TestEndStartsNoCheckpoint(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowStore{begin: make(chan struct{})}
		close(s.begin)
		r := newTestRun(t, s)
		r.appendPending(store.Step{Path: "tell", Kind: "http", State: flow.Succeeded})
		r.settleCheckpoint()
		time.Sleep(time.Second)
		synctest.Wait()
		wantCheckpoint(t, r, s, 0, 1, 0)
	})
}
