package gateway

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

const (
	claimMost  = 64              // runs in one claim
	slowPoll   = 2 * time.Second // the safety net for signals that were lost
	storePause = time.Second     // after an error of the store
	mostIdle   = 64              // goroutines that wait for work
)

// background runs what is kept: it claims runs while there are places for
// them, keeps their leases, and gives them back at a stop.
type background struct {
	g      *Gateway
	owner  string
	more   chan struct{} // a place is free, or a run may be waiting
	events *eventCache
	begin  chan *work   // to goroutines that have done with other work
	idle   atomic.Int32 // goroutines that wait for more

	claims sync.WaitGroup  // the loop that claims
	served context.Context // ends when a stop has seen to all runs
	end    context.CancelFunc

	mu      sync.Mutex
	work    map[*work]bool
	stopped bool // no work is begun any more
	wg      sync.WaitGroup
}

func newBackground(g *Gateway) *background {
	b := &background{g: g, owner: ulid.New(time.Now()), more: make(chan struct{}, 1), events: newEventCache(), begin: make(chan *work), work: map[*work]bool{}}
	b.served, b.end = context.WithCancel(context.Background())
	return b
}

// wake makes the loop look for runs.
func (b *background) wake() {
	select {
	case b.more <- struct{}{}:
	default: // it will look anyway
	}
}

// loop claims runs until the context ends.
func (b *background) loop(ctx context.Context) {
	defer b.claims.Done()
	for ctx.Err() == nil {
		next := b.claim(ctx)
		timer := time.NewTimer(next)
		select {
		case <-ctx.Done():
		case <-b.more:
		case <-b.g.opts.Store.Ready():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// claim takes as many runs as there are places for, and returns how long it is
// until it is worth another look.
func (b *background) claim(ctx context.Context) time.Duration {
	for {
		snap := b.g.acquire()
		if snap == nil {
			return slowPoll
		}
		places := b.places(snap)
		if places <= 0 {
			snap.release()
			return slowPoll // a run that ends wakes the loop
		}
		asked, events := time.Now(), map[string]flow.Event{}
		got, err := b.g.opts.Store.Claim(ctx, store.ClaimQuery{
			Owner: b.owner, Lease: b.g.opts.Lease, Limit: places, Flows: snap.limitsOfFlows,
			Cached: func(id string) bool { return b.events.take(id, snap, events) },
		})
		b.start(ctx, &claimed{got.Work, events, asked}, snap)
		snap.release()
		switch {
		case err != nil && ctx.Err() == nil:
			b.g.log.Warn("runs can't be claimed", zap.Error(err))
			return storePause
		case err != nil || len(got.Work) < places:
			return nextLook(got.Next)
		}
	}
}

func nextLook(due time.Duration) time.Duration {
	if due < 0 {
		return slowPoll
	}
	return min(max(due, time.Millisecond), slowPoll)
}

// places is for how many runs there are places, at most as many as one claim
// has. They are not held while the store looks for runs, where there may be
// none: callers of sync flows would be refused meanwhile. So those that come
// at this moment are above the limit, by no more than one claim.
func (b *background) places(snap *snapshot) int {
	return int(min(claimMost, snap.maxRuns-b.g.runs.number(), b.share(snap)))
}

// share is how many runs more may be done in the background. A quarter of all
// places is left to callers that wait: a backlog must not turn them away.
func (b *background) share(snap *snapshot) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return snap.maxRuns - snap.maxRuns/4 - int64(len(b.work))
}

// do has the work done by another goroutine. One that has done with other work
// is better than a new one: its stack has the size that it takes.
func (b *background) do(w *work) {
	select {
	case b.begin <- w:
	default:
		go b.worker(w)
	}
}

// worker does work until too many others wait for some as well.
func (b *background) worker(w *work) {
	for {
		w.do()
		if b.idle.Add(1) > mostIdle {
			b.idle.Add(-1)
			return
		}
		select {
		case w = <-b.begin:
			b.idle.Add(-1)
		case <-b.g.life.Done():
			return
		}
	}
}

// release puts a run back as if it had not been claimed.
func (b *background) release(ctx context.Context, c store.Claim) {
	ctx, cancel := context.WithTimeout(ctx, lastWords)
	defer cancel()
	if err := b.g.opts.Store.Release(ctx, c); err != nil {
		b.g.log.Warn("a run was not given back; it goes on when its lease ends", zap.String("run", c.ID), zap.Error(err))
	}
}

// reserve takes a place for a run that is about to be accepted, so that it can
// be handed over. It returns nil where there is none; then the run is queued.
func (b *background) reserve(x *exchange, s *store.Submission) *work {
	if x.g.stopping.Load() || b.share(x.snap) <= 0 || !x.g.runs.enter(x.snap.maxRuns) {
		return nil
	}
	w := b.newWork(x.snap, x.endpoint, x.id)
	if w == nil {
		x.g.runs.leave()
		return nil
	}
	s.Claim = &store.DirectClaim{Owner: b.owner, Lease: b.g.opts.Lease, Max: x.endpoint.queue.Max}
	return w
}

// newWork notes the work on a run. It returns nil after a stop.
func (b *background) newWork(snap *snapshot, e *endpoint, id string) *work {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return nil
	}
	snap.users.Add(1) // the caller has one, so it can't be closed
	w := &work{job: job{g: b.g, snap: snap, endpoint: e, id: id, began: time.Now()}}
	w.ctx, w.cancel = context.WithCancelCause(b.g.life)
	b.wg.Add(1)
	b.work[w] = true
	return w
}

// forget ends the work on a run and frees its place.
func (b *background) forget(w *work) {
	w.cancel(nil)
	b.mu.Lock()
	delete(b.work, w)
	b.mu.Unlock()
	w.snap.release()
	b.g.runs.leave()
	b.wake()
	b.wg.Done()
}

// stop waits until all work is done or the time is over, then cancels what is
// left, which gives it back. The context of the loop has ended.
func (b *background) stop(within time.Duration) {
	done := make(chan struct{})
	go func() {
		b.claims.Wait() // it may just get runs
		b.mu.Lock()
		b.stopped = true
		b.mu.Unlock()
		b.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return
	case <-time.After(within):
	}
	b.mu.Lock()
	for w := range b.work {
		w.cancel(errStopping)
	}
	b.mu.Unlock()
	select {
	case <-done:
	case <-time.After(lastWords):
		b.g.log.Warn("stopped before all runs were given back; they go on when their leases end")
	}
}
