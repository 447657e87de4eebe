package worker

import (
	"errors"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// atOnceTime is the time after which no further action begins in a run that is
// executed before it is stored: its caller waits.
const atOnceTime = 2 * time.Millisecond

// atOnce is what a run that is executed before it is stored leaves to be done once it
// is: nobody must learn of a run that is not.
type atOnce struct {
	out     flow.Outcome
	took    time.Duration
	failed  bool           // an action failed: the run is executed again
	records []*flow.Record // to be counted
}

// executeAtOnce executes a run of a flow without effects outside before it is stored, so
// that its acceptance and its end are one write. It returns nil if the run must be
// executed later.
func (r *Run) executeAtOnce(event flow.Event) *store.Ending {
	now := r.Began
	if !r.Endpoint.AtOnce.Allowed(now) || r.pool.Harness != nil || r.pool.Tracer != nil {
		return nil
	}
	r.attempt, r.started, r.event, r.atOnce = 1, now, event, &atOnce{}
	r.atOnce.out = r.execute()
	r.atOnce.took = clock.Since(r.pool.Clock, now)
	if r.atOnce.failed || r.atOnce.out.State != flow.Succeeded || r.ctx.Err() != nil {
		r.Endpoint.AtOnce.NoteRepeat(now)
		return nil
	}
	return r.buildEnding(&r.atOnce.out)
}

// errLate fails a run that takes too long before it is stored.
var errLate = errors.New("the run takes too long to be executed before it is stored")

// isLate reports whether a run that is executed before it is stored takes too long.
func (a *atOnce) isLate(r *Run) bool {
	return a != nil && clock.Since(r.pool.Clock, r.Began) > atOnceTime
}

// take takes the record of an action.
func (a *atOnce) take(rec *flow.Record) {
	a.failed = a.failed || rec.State == flow.Failed
	a.records = append(a.records, rec)
}

// reportAtOnce counts and logs a run that was executed before it was stored.
func (r *Run) reportAtOnce() {
	a := r.atOnce
	r.Endpoint.AtOnce.NoteEnd()
	for _, rec := range a.records {
		r.CountStep(rec)
	}
	r.flushLines()
	r.reportEnd(&a.out, a.took)
}

// reportEnd counts and logs the end of a run.
func (r *Run) reportEnd(out *flow.Outcome, took time.Duration) {
	r.Endpoint.Metrics.ObserveRun(out.State, r.pool.Clock.Now(), took, r.Span)
	r.LogRun(out, 0, took)
}
