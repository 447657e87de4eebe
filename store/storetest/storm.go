package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

func stormTests() []test {
	return []test{{"anything at once, and nothing lost", storm}}
}

// stormState is the state of a storm outside of the store.
type stormState struct {
	*fixture
	accepting atomic.Int64 // submissions that are still to come

	mu       sync.Mutex
	accepted map[string]bool
	fences   map[string]int64 // highest that was seen of each run
	done     map[string]int   // ends that the store confirmed, since the last requeue
}

// storm has several workers do any operations in random order on one store,
// while time passes. It checks invariants during the storm, and at the end that
// each accepted run is over, once, and that all counts agree.
func storm(f *fixture) {
	w := &stormState{fixture: f, accepted: map[string]bool{}, fences: map[string]int64{}, done: map[string]int{}}
	w.accepting.Store(250)
	f.parallel(8, func(n int) error {
		r := rand.New(rand.NewPCG(1, uint64(n))) //nolint:gosec // the same storm each time, as far as goroutines allow
		for w.accepting.Load() > 0 {
			if err := w.randomOperation(r); err != nil {
				return err
			}
		}
		return nil
	})
	w.finishAll()
	f.checkStats(store.StatsQuery{Step: time.Minute})
	depths, err := f.s.Depths(f.ctx)
	f.ok(err)
	f.same("depths", depths, nil)
	all := f.listAll(store.Filter{}, 50)
	f.same("runs", len(all), len(w.accepted))
	for _, r := range all {
		if r.State.Open() || !w.accepted[r.ID] {
			f.Errorf("run %s is %s", r.ID, r.State)
		}
	}
}

// randomOperation does one operation.
func (w *stormState) randomOperation(r *rand.Rand) error {
	switch r.IntN(12) {
	case 0, 1, 2, 3:
		return w.acceptAny(r)
	case 4, 5, 6, 7:
		return w.workAny(r)
	case 8:
		w.clock.Advance(time.Duration(r.IntN(20)) * time.Second)
		return nil
	case 9:
		_, err := w.s.Sweep(w.ctx, store.SweepQuery{Limit: 5, MaxLost: 3, Backoff: time.Second})
		return err
	case 10:
		_, err := w.s.Purge(w.ctx, store.Retention{Runs: 1000 * time.Hour, Body: 1024})
		return err
	}
	page, err := w.s.List(w.ctx, store.ListQuery{Limit: 5, Filter: store.Filter{Flows: []string{"a"}}})
	if err != nil || len(page.Runs) == 0 {
		return err
	}
	return w.operateAny(r, page.Runs[r.IntN(len(page.Runs))].ID)
}

func (w *stormState) acceptAny(r *rand.Rand) error {
	w.accepting.Add(-1)
	s := w.submission(ofFlow([]string{"a", "b", "c"}[r.IntN(3)]))
	if s.Flow == "b" {
		s.OrderKey = fmt.Sprint(r.IntN(4))
	}
	if r.IntN(4) == 0 {
		s.Delay = time.Duration(r.IntN(30)) * time.Second
	}
	if r.IntN(3) == 0 {
		s.Claim = &store.DirectClaim{Lease: lease, Max: 5}
	}
	if r.IntN(5) == 0 {
		s.Queue = store.QueueLimit{Max: 20, DropOldest: r.IntN(2) == 0}
	}
	a, err := w.s.Accept(w.ctx, s)
	if errors.Is(err, store.ErrFull) {
		return nil
	}
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.accepted[s.ID] = true
	w.mu.Unlock()
	if a.Claim != nil {
		return w.useClaim(r, *a.Claim)
	}
	return nil
}

func (w *stormState) workAny(r *rand.Rand) error {
	c, err := w.s.Claim(w.ctx, claimQuery(1+r.IntN(4), "a", "b", "c"))
	if err != nil {
		return err
	}
	for _, job := range c.Work {
		if job.Err != nil {
			return job.Err
		}
		if err := w.useClaim(r, job.Claim); err != nil {
			return err
		}
	}
	return nil
}

// useClaim does an operation with a claimed run. Having lost the claim is not an
// error.
func (w *stormState) useClaim(r *rand.Rand, c store.Claim) error {
	w.mu.Lock()
	last := w.fences[c.ID]
	w.fences[c.ID] = max(last, c.Fence)
	w.mu.Unlock()
	if c.Fence == last {
		return fmt.Errorf("run %s was claimed twice with fence %d", c.ID, c.Fence)
	}
	var err error
	switch r.IntN(8) {
	case 0:
		return nil // the worker dies
	case 1:
		err = w.s.Retry(w.ctx, c, store.Requeue{Delay: time.Duration(r.IntN(9)-3) * time.Second})
	case 2:
		err = w.s.Suspend(w.ctx, c, store.Requeue{Delay: time.Duration(r.IntN(9)) * time.Second})
	case 3:
		err = w.s.Release(w.ctx, c)
	case 4:
		err = w.s.Checkpoint(w.ctx, c, w.newStep(fmt.Sprint(r.IntN(3))))
		fallthrough
	default:
		state := []store.State{store.Succeeded, store.Failed}[r.IntN(2)]
		if err == nil {
			err = w.s.Finish(w.ctx, c, &store.Ending{State: state, Steps: []store.Step{w.newStep("last")}})
		}
		if err == nil {
			err = w.noteEnded(c)
		}
	}
	if errors.Is(err, store.ErrLost) {
		return nil
	}
	return err
}

// noteEnded fails if another worker ended the run with the same claim.
func (w *stormState) noteEnded(c store.Claim) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := fmt.Sprint(c.ID, c.Fence)
	w.done[key]++
	if w.done[key] > 1 {
		return fmt.Errorf("run %s was finished twice under one claim", c.ID)
	}
	return nil
}

func (w *stormState) operateAny(r *rand.Rand, id string) error {
	var err error
	if r.IntN(2) == 0 {
		err = w.s.Cancel(w.ctx, id)
	} else {
		err = w.s.Requeue(w.ctx, id, store.RequeueOptions{FromStart: r.IntN(2) == 0})
	}
	if errors.Is(err, store.ErrState) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// finishAll ends the remaining runs.
func (w *stormState) finishAll() {
	w.Helper()
	for range 10_000 {
		w.clock.Advance(time.Minute)
		w.sweepAll()
		work := w.claim(100, "a", "b", "c")
		for _, job := range work {
			w.finishRun(job.Claim, store.Succeeded)
		}
		depths, err := w.s.Depths(w.ctx)
		w.ok(err)
		if len(depths) == 0 {
			return
		}
	}
	w.Fatalf("runs are left that nobody can claim: %s", ulid.New(w.clock.Now()))
}
