package endpoint

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
)

// lateRuns counts the runs that continue after their callers got 504.
type lateRuns struct{ group sync.WaitGroup }

// Await waits until all of them have ended, or the context has. It reports
// whether they have ended.
func (l *lateRuns) Await(ctx context.Context) bool {
	ended := make(chan struct{})
	go func() {
		l.group.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-ctx.Done():
		return false
	}
}

// AwaitLate waits for the runs whose callers got 504 and whose on_error lists
// are under way. It reports whether they ended before the context.
func (h *Handler) AwaitLate(ctx context.Context) bool { return h.late.Await(ctx) }

// syncResult is the result of a sync run.
type syncResult struct {
	out      flow.Outcome
	response *flow.Response
	panicked any
}

// executeInTime runs the flow. A flow with an on_error list may run on after the
// time of its caller, who gets 504 then: executeInTime returns false, and the
// run owns the request until it ends.
func (q *request) executeInTime(ctx context.Context, r *flow.Run, claim keyClaim) (flow.Outcome, *flow.Response, bool) {
	if q.Endpoint.HasFallback {
		return q.executeWithFallback(ctx, r, claim)
	}
	out, response := q.executeFlow(ctx, r)
	return out, response, true
}

func (q *request) executeWithFallback(ctx context.Context, r *flow.Run, claim keyClaim) (flow.Outcome, *flow.Response, bool) {
	var answered atomic.Bool
	result := make(chan syncResult, 1)
	q.handler.late.group.Go(func() {
		got := q.executeSafely(ctx, r)
		if answered.CompareAndSwap(false, true) {
			result <- got
			return
		}
		q.finishLate(r, claim, got)
	})
	select {
	case got := <-result:
		return got.unpack()
	case <-ctx.Done():
	}
	// A stop ends the run, and its caller gets the refusal of a stop.
	if errors.Is(ctx.Err(), context.Canceled) || !answered.CompareAndSwap(false, true) {
		got := <-result
		return got.unpack()
	}
	q.isLate = true
	response := q.problemResponse(tookTooLong())
	q.writeResponse(response)
	q.countRequest(string(flow.Failed), response.Status)
	return flow.Outcome{}, nil, false
}

func (s syncResult) unpack() (flow.Outcome, *flow.Response, bool) {
	if s.panicked != nil {
		panic(s.panicked)
	}
	return s.out, s.response, true
}

// executeSafely runs the flow and returns a panic as a result.
func (q *request) executeSafely(ctx context.Context, r *flow.Run) (got syncResult) {
	defer func() {
		if p := recover(); p != nil {
			got.panicked = fmt.Errorf("%v\n%s", p, debug.Stack())
		}
	}()
	got.out, got.response = q.executeFlow(ctx, r)
	return got
}

// finishLate records a run whose caller got 504, and frees what its request
// holds.
func (q *request) finishLate(r *flow.Run, claim keyClaim, got syncResult) {
	defer q.Snapshot.Release()
	defer q.freeMemory()
	defer q.handler.syncRuns.remove(q)
	if got.panicked != nil {
		q.handler.Log.Error("panic after the caller got its answer", zap.String("flow", q.FlowName()), zap.String("run", q.ID),
			zap.String("panic", q.RedactText(fmt.Sprint(got.panicked))))
		got.out = flow.Outcome{State: flow.Failed, Err: flow.AsError(errors.New("internal error"))}
	}
	q.settleKey(claim, &got.out, got.response)
	response := q.problemResponse(tookTooLong())
	q.recordRun(r, &got.out, response)
	q.LogRun(&got.out, response.Status, q.handler.Clock.Now().Sub(q.Began))
}
