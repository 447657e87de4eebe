package endpoint

import (
	"context"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/abandon"
)

// computeReply returns the trigger's response to a request.
func (q *request) computeReply(ctx context.Context, r *flow.Run) (*flow.Response, error) {
	return compute(ctx, q, func() (*flow.Response, error) { return q.Endpoint.HTTP.Reply(ctx, r) })
}

// computeAdmission returns the keys that decide whether a run starts.
func (q *request) computeAdmission(ctx context.Context, r *flow.Run) (flow.Admission, error) {
	return compute(ctx, q, func() (flow.Admission, error) { return q.Endpoint.HTTP.Admit(ctx, r) })
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
