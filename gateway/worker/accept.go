package worker

import (
	"context"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/store"
)

// Accept stores a run durably. If a slot is free and no older run of the flow
// waits, the run starts here at once; otherwise it is queued. A run without effects
// outside may have ended even before it is stored. The event is the one that the
// submission holds in encoded form.
func (p *Pool) Accept(ctx context.Context, scope *run.Scope, s *store.Submission, event flow.Event) (store.Accepted, error) {
	r, ended := p.startAtOnce(scope, s, event)
	if r != nil {
		direct := *s
		direct.Claim = &store.DirectClaim{Owner: p.owner, Lease: p.Lease, Max: scope.Endpoint.Queue.Max, Ended: ended}
		if ended != nil {
			direct.Claim.Took = r.atOnce.took
		}
		s = &direct
	}
	// The event is cached first, because the run may be claimed before Accept returns.
	p.events.put(scope.ID, cachedEvent{scope.Endpoint, event, eventSize(&s.Payload), scope.Taken, scope.Span.Context()}, scope.Began)
	got, err := p.Store.Accept(ctx, s)
	if err != nil {
		got = store.Accepted{} // a failed call accepts nothing, even if it returns a claim
	}
	scope.Endpoint.Metrics.CountAccepted(got)
	queued := err == nil && got.Claim == nil && !got.Ended && got.Duplicate == nil
	if !queued {
		p.events.drop(scope.ID)
	}
	switch {
	case r != nil && got.Claim != nil:
		r.take(scope.Taken)
		r.startDirect(got.Claim, event, scope.Span.Context())
	case r != nil && got.Ended:
		r.reportAtOnce()
		p.removeRun(r)
	case r != nil:
		if ended != nil { // it was executed in vain, also for a request that is repeated
			scope.Endpoint.AtOnce.NoteRepeat(p.Clock.Now())
		}
		p.removeRun(r)
	}
	return got, err
}

// startAtOnce reserves a slot for a run, and executes the run if its flow ends at once.
// Without a slot it returns nil, without an end only the run, which is then executed
// once it is stored. A run with an order key, or of a flow with one run at a time, is:
// another one may be under way before the store knows of both, and their log lines must
// not mix.
func (p *Pool) startAtOnce(scope *run.Scope, s *store.Submission, event flow.Event) (*Run, *store.Ending) {
	r := p.reserveSlot(scope)
	if r == nil || s.OrderKey != "" || scope.Endpoint.Queue.Max == 1 {
		return r, nil
	}
	ended := r.executeAtOnce(event)
	if ended == nil && r.atOnce != nil {
		p.removeRun(r) // with all that the vain execution left in it
		r = p.reserveSlot(scope)
	}
	return r, ended
}

// reserveSlot takes a slot for a run that is about to be accepted, so that it can
// start at once. It returns nil if there is none.
func (p *Pool) reserveSlot(scope *run.Scope) *Run {
	if p.queueOnly.Load() || p.Pauses.IsPaused(scope.Endpoint.Flow.Name) || p.freeShare(scope.Snapshot) <= 0 || !p.Slots.TryTake(scope.Snapshot.MaxRuns) {
		return nil
	}
	r := p.addRun(scope.Snapshot, scope.Endpoint, scope.ID)
	if r == nil {
		p.Slots.Free()
	}
	return r
}
