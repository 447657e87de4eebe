package worker

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const (
	maxClaim   = 64              // runs in one claim
	pollPause  = 2 * time.Second // the claim loop looks at least this often, as signals may be lost
	storePause = time.Second     // after an error of the store
)

// ClaimLoop claims runs until the context ends.
func (p *Pool) ClaimLoop(ctx context.Context) {
	defer close(p.claimed)
	for ctx.Err() == nil {
		timer := p.Clock.NewTimer(p.claimRuns(ctx))
		select {
		case <-ctx.Done():
		case <-p.Wakeup.C():
		case <-p.Store.Ready():
		case <-timer.C():
		}
		timer.Stop()
	}
}

// claimRuns claims and starts runs until no run is due or no slot is free, and
// returns the pause before the next call.
func (p *Pool) claimRuns(ctx context.Context) time.Duration {
	for {
		snap := p.Snapshots.Acquire()
		if snap == nil {
			return p.Pause(pollPause)
		}
		pause := p.claimBatch(ctx, snap)
		snap.Release()
		if pause > 0 {
			return pause
		}
	}
}

// claimBatch claims and starts as many runs as there are free slots. It returns
// the pause before the next claim, 0 for none.
func (p *Pool) claimBatch(ctx context.Context, snap *snapshot.Snapshot) time.Duration {
	p.wantsSlot.Store(true) // before the slots are counted, so that none is freed unseen
	limit := p.freeSlots(snap)
	if limit <= 0 {
		return p.Pause(pollPause) // the end of a run wakes the loop
	}
	p.wantsSlot.Store(false)
	asked, events := p.Clock.Now(), map[string]cachedEvent{}
	got, err := p.Store.Claim(ctx, store.ClaimQuery{
		Owner: p.owner, Lease: p.Lease, Limit: limit, Flows: p.Pauses.WithoutPaused(snap.FlowLimits),
		Cached: func(id string) bool { return p.events.take(id, snap, events) },
	})
	p.Slots.Take(len(got.Work))
	for i := range got.Work {
		w := &got.Work[i]
		p.startClaimed(ctx, snap, w, events[w.ID], asked)
	}
	switch {
	case err != nil && ctx.Err() == nil:
		p.Log.Warn("claiming runs failed", zap.Error(err))
		return storePause
	case err != nil || len(got.Work) < limit:
		return claimPause(got.Next, p.Pause(pollPause))
	}
	return 0
}

// claimPause returns the pause before a claim that is due after a time; -1
// means that no run is waiting for a time.
func claimPause(due, longest time.Duration) time.Duration {
	if due < 0 {
		return longest
	}
	return min(max(due, time.Millisecond), longest)
}

// freeSlots returns how many runs the pool may claim now, at most maxClaim. The
// slots are not reserved while the store searches: an empty queue would
// otherwise block sync callers. So up to one claim of runs may exceed the limit.
func (p *Pool) freeSlots(snap *snapshot.Snapshot) int {
	return int(min(maxClaim, snap.MaxRuns-p.Slots.InUse(), p.freeShare(snap)))
}

// freeShare returns how many more runs the pool may execute. A quarter of all
// slots is reserved for sync callers, so that a backlog does not turn them away.
// There are none while too many abandoned computations run, or memory is short.
func (p *Pool) freeShare(snap *snapshot.Snapshot) int64 {
	if p.Abandoned.Full() || p.Memory.Busy() {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return snap.MaxRuns - snap.MaxRuns/4 - int64(len(p.runs))
}

// startClaimed starts a claimed run, whose slot is taken, or releases it after a
// stop. The lease of the claim began at asked.
func (p *Pool) startClaimed(ctx context.Context, snap *snapshot.Snapshot, w *store.Work, cached cachedEvent, asked time.Time) {
	r := p.addRun(snap, snap.Endpoints[w.Flow], w.ID)
	if r == nil {
		p.Slots.Free()
		p.releaseClaim(context.WithoutCancel(ctx), w.Claim)
		return
	}
	if cached.event == nil {
		p.events.drop(w.ID)
	}
	r.take(cached.taken)
	r.loadClaimed(w, cached, asked)
	p.startRun(r)
}

// releaseClaim puts a run back as if it had not been claimed.
func (p *Pool) releaseClaim(ctx context.Context, c store.Claim) {
	ctx, cancel := clock.WithTimeout(ctx, p.Clock, run.AbortTime)
	defer cancel()
	if err := p.Store.Release(ctx, c); err != nil {
		p.Log.Warn("a run was not released; another gateway takes it over when its lease expires", zap.String("run", c.ID), zap.Error(err))
	}
}
