package endpoint

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/store"
)

// runFailed tells a caller that the run failed: the kind of failure, and nothing
// internal.
func runFailed(ctx context.Context, out *flow.Outcome) *flow.Problem {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return problem.ShuttingDown()
	case errors.Is(ctx.Err(), context.DeadlineExceeded) || (out.Err != nil && out.Err.Reason == flow.ReasonTimeout):
		return tookTooLong()
	case out.Err != nil && out.Err.StoreUnavailable:
		return notStored(out.Err)
	case out.Err != nil && out.Err.Reason == flow.ReasonPaused:
		return flowPaused()
	case out.Err != nil && out.Err.Reason == flow.ReasonMemory:
		return outOfMemory()
	case out.Err != nil && out.Err.Remote:
		return &flow.Problem{Status: http.StatusBadGateway, Detail: "Another service failed the run.", Outcome: "failed_remote"}
	}
	return &flow.Problem{Status: http.StatusInternalServerError, Detail: "The run failed.", Outcome: "failed"}
}

func tookTooLong() *flow.Problem {
	return &flow.Problem{Status: http.StatusGatewayTimeout, Detail: "The run took too long.", Outcome: "timeout"}
}

// notServed refuses a request that found no endpoint. allow lists the methods
// for which the path has one.
func notServed(allow []string) *flow.Problem {
	if len(allow) == 0 {
		return &flow.Problem{Status: http.StatusNotFound, Detail: "There is no such endpoint.", Outcome: "not_found"}
	}
	methods := strings.Join(allow, ", ")
	return &flow.Problem{
		Status: http.StatusMethodNotAllowed, Detail: "This endpoint accepts " + methods + ".",
		Header: http.Header{"Allow": {methods}}, Outcome: "method_not_allowed",
	}
}

// flowPaused refuses a request to a sync flow that an operator has paused.
func flowPaused() *flow.Problem {
	p := problem.Unavailable("The flow is paused.", 60)
	p.Outcome = flow.ReasonPaused
	return p
}

func tooManyRuns() *flow.Problem { return problem.Unavailable("Too many runs are in progress.", 1) }

// tooManyAbandoned refuses a request while too many computations run that
// ignored the end of their time.
func tooManyAbandoned() *flow.Problem {
	return problem.Unavailable("Too many computations have not ended in time and still run.", 5)
}

// outOfMemory refuses a request that does not fit into the memory budget. It also
// closes the connection, because the rest of the body is not read.
func outOfMemory() *flow.Problem {
	p := problem.Unavailable("The requests and answers in progress use all of the memory budget.", 1)
	p.Outcome = "out_of_memory"
	p.Header.Set("Connection", "close")
	return p
}

// notStored refuses a request whose run the store did not accept.
func notStored(err error) *flow.Problem {
	if errors.Is(err, store.ErrFull) {
		p := problem.Unavailable("Too many runs wait.", 5)
		p.Outcome = "queue_full"
		return p
	}
	p := problem.Unavailable("The run can't be stored now.", 5)
	p.Outcome, p.Cause = "not_stored", err
	return p
}

// inProgress refuses a request with the dedupe key of a run that has no response
// yet, or one that can't be read: cause says why, and is nil otherwise.
func inProgress(cause error) *flow.Problem {
	p := problem.Unavailable("The first request with this key is still in progress.", 1)
	p.Outcome, p.Cause = "in_progress", cause
	return p
}

func internalError() *flow.Problem {
	return &flow.Problem{Status: http.StatusInternalServerError, Detail: "The gateway had an internal error.", Outcome: "internal"}
}
