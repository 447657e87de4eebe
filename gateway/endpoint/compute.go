package endpoint

import (
	"context"
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/abandon"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// computeReply returns the trigger's response to a request.
func (q *request) computeReply(ctx context.Context, r *flow.Run) (*flow.Response, error) {
	if part := q.Endpoint.HTTP; !part.Computes {
		return part.Reply(ctx, r) // without the closure
	}
	return compute(ctx, q, func() (*flow.Response, error) { return q.Endpoint.HTTP.Reply(ctx, r) })
}

// computeAdmission returns the keys that decide whether a run starts.
func (q *request) computeAdmission(ctx context.Context, r *flow.Run) (flow.Admission, error) {
	if part := q.Endpoint.HTTP; !part.Computes {
		return part.Admit(ctx, r)
	}
	return compute(ctx, q, func() (flow.Admission, error) { return q.Endpoint.HTTP.Admit(ctx, r) })
}

// evaluateEarly evaluates an expression before there is a run. The body was
// received, and its deadline must not end a computation.
func (q *request) evaluateEarly(ev flow.Event, evaluate flow.Evaluation) *flow.Problem {
	if q.r.ContentLength != 0 {
		q.setReadDeadline(time.Time{})
	}
	ctx, cancel := clock.WithTimeout(q.r.Context(), q.handler.Clock, q.Endpoint.HTTP.Timeout)
	defer cancel()
	r := q.newRun(ev)
	_, err := compute(ctx, q, func() (struct{}, error) { return struct{}{}, evaluate(ctx, &r) })
	if err == nil {
		return nil
	}
	p := runFailed(ctx, &flow.Outcome{State: flow.Failed, Err: flow.AsError(err)})
	if p.Status == http.StatusInternalServerError {
		return flow.UndecidedProblem(err)
	}
	p.Cause = err
	return p
}

// newRun returns the run that an event starts.
func (q *request) newRun(ev flow.Event) flow.Run {
	return flow.Run{ID: q.ID, Attempt: 1, Started: q.Began, Flow: q.Endpoint.Flow, Event: ev, Links: q.Snapshot, Memory: &q.Scope, Logger: q, Clock: q.handler.Clock, Harness: q.Env.Harness}
}

// compute returns the result of work, or the error of the context if work still
// runs some time after the context has ended.
func compute[T any](ctx context.Context, q *request, work func() (T, error)) (T, error) {
	if !q.Endpoint.HTTP.Computes {
		return work()
	}
	var result struct {
		v   T
		err error
	}
	if !abandon.Wait(ctx, q.handler.Clock, &q.Scope, &abandon.State{}, func() { result.v, result.err = work() }) {
		var zero T
		return zero, ctx.Err()
	}
	return result.v, result.err
}
