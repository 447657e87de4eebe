// Package worker executes stored runs in the background. A run passes through
// four steps:
//
//   - Claim: the Pool claims runs from the store while it has free slots. A run
//     that is just being accepted may skip the queue, see Pool.Accept.
//     One without effects outside may even be executed before, so that it is stored
//     with its end, see Run.executeAtOnce.
//   - Execute: a Run calls flow.Execute and is the journal of the execution.
//     Steps that an earlier attempt completed do not run again.
//   - Checkpoint: before an action with an effect outside starts, the Run writes
//     the steps that have ended, and verifies that its claim still holds. A crash
//     repeats at most the actions that were under way. Pure actions run while the
//     checkpoint is written, and the end of the run takes over one that the store has
//     not begun to write.
//   - Finish: the Run writes its end, its suspension or its next attempt. It
//     repeats the write while the store is unavailable.
//
// A claim is a lease, which the Pool extends while the run executes. The
// Housekeeper of another gateway requeues runs whose lease has expired. At a
// stop the Pool requeues the runs that do not end in time, which costs them no
// attempt.
package worker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/services"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

// maxIdle is how many goroutines wait for the next run.
const maxIdle = 64

// errStopping is the cause of cancellation of the runs that a stop interrupts.
var errStopping = errors.New("the gateway is stopping")

// Options are the parts of the process that a pool and its housekeeper work
// with.
type Options struct {
	run.Env
	Store     store.Store
	Slots     *run.Slots
	Snapshots interface{ Acquire() *snapshot.Snapshot }
	Services  *services.Services
	Wakeup    *run.Signal // a slot is free, or a run may be waiting
	Lease     time.Duration
	Life      context.Context // ends when a stop has waited long enough for runs
}

// Pool executes stored runs. It claims them while there are free slots, keeps
// their leases, and requeues them when the gateway stops.
type Pool struct {
	Options
	owner  string
	events *eventCache
	next   chan *Run    // to goroutines that have finished a run
	idle   atomic.Int32 // goroutines that wait for the next run

	queueOnly atomic.Bool
	wantsSlot atomic.Bool   // the claim loop waits for a free slot
	claimed   chan struct{} // closed when the claim loop has ended

	mu      sync.Mutex
	runs    map[*Run]bool
	stopped bool // no run is added after this
	wg      sync.WaitGroup
}

// NewPool returns a pool that claims nothing before ClaimLoop is called.
func NewPool(o Options) *Pool {
	return &Pool{
		Options: o, owner: ulid.New(o.Clock.Now()), events: newEventCache(o.Memory),
		next: make(chan *Run), claimed: make(chan struct{}), runs: map[*Run]bool{},
	}
}

// startRun executes a run in another goroutine. A goroutine that has finished a
// run is preferred to a new one: its stack already has the right size.
func (p *Pool) startRun(r *Run) {
	select {
	case p.next <- r:
	default:
		go p.executeRuns(r)
	}
}

// executeRuns executes a run and then further ones, until too many other
// goroutines wait for a run too.
func (p *Pool) executeRuns(r *Run) {
	for {
		r.executeAndFinish()
		if p.idle.Add(1) > maxIdle {
			p.idle.Add(-1)
			return
		}
		select {
		case r = <-p.next:
			p.idle.Add(-1)
		case <-p.Life.Done():
			return
		}
	}
}

// addRun registers a run, whose slot is taken. It returns nil after a stop. The
// caller uses the snapshot, so the snapshot can't be closed here.
func (p *Pool) addRun(snap *snapshot.Snapshot, e *snapshot.Endpoint, id string) *Run {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return nil
	}
	snap.Retain()
	r := &Run{pool: p, Scope: run.Scope{ID: id, Began: p.Clock.Now(), Snapshot: snap, Endpoint: e, Env: &p.Env}}
	r.ctx, r.cancel = context.WithCancelCause(p.Life)
	p.wg.Add(1)
	p.runs[r] = true
	return r
}

// removeRun ends the work on a run and frees its slot.
func (p *Pool) removeRun(r *Run) {
	r.cancel(nil)
	p.mu.Lock()
	delete(p.runs, r)
	p.mu.Unlock()
	r.Snapshot.Release()
	p.Memory.Free(r.GiveUp())
	p.Slots.Free()
	if p.wantsSlot.Load() {
		p.Wakeup.Send()
	}
	p.wg.Done()
}

// ClearEvents forgets all events of queued runs. It must be called before runs
// are queued again, because their stored events may have changed.
func (p *Pool) ClearEvents() { p.events.clear() }

// QueueOnly makes Accept queue each run from now on, because the gateway is
// about to stop.
func (p *Pool) QueueOnly() { p.queueOnly.Store(true) }

// Stop waits until all runs have ended or the time is over. It then cancels the
// remaining runs, which requeues them. The context of ClaimLoop must have ended.
func (p *Pool) Stop(within time.Duration) {
	done := make(chan struct{})
	go func() {
		<-p.claimed // the loop may just have claimed runs
		p.mu.Lock()
		p.stopped = true
		p.mu.Unlock()
		p.wg.Wait()
		close(done)
	}()
	if p.waitFor(done, within) {
		return
	}
	p.mu.Lock()
	for r := range p.runs {
		r.cancel(errStopping)
	}
	p.mu.Unlock()
	if !p.waitFor(done, run.AbortTime) {
		p.Log.Warn("stopped before all runs were requeued; other gateways take them over when their leases expire")
	}
}

// waitFor reports whether the channel is closed within the time.
func (p *Pool) waitFor(done <-chan struct{}, within time.Duration) bool {
	timer := p.Clock.NewTimer(within)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C():
		return false
	}
}
