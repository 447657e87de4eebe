package gateway

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// serve takes a request to its endpoint: checks, run, answer. The place for
// the run is taken after the body has come, so that slow callers take none;
// when all are taken the body is not even read.
func (x *exchange) serve(pathValues map[string]string) {
	if !x.endpoint.trigger.Async() && x.g.runs.number() >= x.snap.maxRuns {
		x.refuse(unavailable(tooManyRuns, 1))
		return
	}
	event, problem := x.accept(pathValues)
	if problem != nil {
		x.refuse(problem)
		return
	}
	if x.endpoint.trigger.Async() {
		x.acceptAsync(event)
		return
	}
	if !x.g.runs.enter(x.snap.maxRuns) {
		x.refuse(unavailable(tooManyRuns, 1))
		return
	}
	x.serveSync(event)
}

const tooManyRuns = "Too many runs are under way."

// accept gives the trigger the request. Until it has the body the connection
// has a deadline; afterwards it must have none, as it would end the run.
func (x *exchange) accept(pathValues map[string]string) (flow.Event, *flow.Problem) {
	x.countBody()
	event, problem := x.endpoint.trigger.Accept(x.r, flow.Incoming{
		PathValues: pathValues,
		RemoteIP:   remoteIP(x.r),
		ReceivedAt: x.began,
		Limits:     x.snap.limits,
		Key:        x.g.opts.Key,
	})
	if problem == nil && x.r.ContentLength != 0 {
		x.setReadDeadline(time.Time{})
	}
	return event, problem
}

// failed is what a caller is told of a failed run: the kind of failure and the
// run's id, and nothing from inside.
func failed(ctx context.Context, out *flow.Outcome) *flow.Problem {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return shuttingDown()
	case errors.Is(ctx.Err(), context.DeadlineExceeded) || (out.Err != nil && out.Err.Reason == flow.ReasonTimeout):
		return &flow.Problem{Status: http.StatusGatewayTimeout, Title: "The run took too long", Outcome: "timeout"}
	case out.Err != nil && out.Err.Remote:
		return &flow.Problem{Status: http.StatusBadGateway, Title: "Another service failed the run", Outcome: "failed_remote"}
	}
	return &flow.Problem{Status: http.StatusInternalServerError, Title: "The run failed", Outcome: "failed"}
}

// notServed refuses what leads to no endpoint; allow lists the methods that
// would.
func notServed(allow []string) *flow.Problem {
	if len(allow) == 0 {
		return &flow.Problem{Status: http.StatusNotFound, Title: "Not found", Detail: "There is no such endpoint.", Outcome: "not_found"}
	}
	methods := strings.Join(allow, ", ")
	return &flow.Problem{
		Status: http.StatusMethodNotAllowed, Title: "Method not allowed", Detail: "This endpoint accepts " + methods + ".",
		Header: http.Header{"Allow": {methods}}, Outcome: "method_not_allowed",
	}
}

// unavailable refuses for now. seconds is when to come again.
func unavailable(detail string, seconds int) *flow.Problem {
	return &flow.Problem{
		Status: http.StatusServiceUnavailable, Title: "Not available now", Detail: detail,
		Header: http.Header{"Retry-After": {strconv.Itoa(seconds)}}, Outcome: "unavailable",
	}
}

// shuttingDown also ends the connection, so that the next request finds
// another gateway.
func shuttingDown() *flow.Problem {
	p := unavailable("The gateway is shutting down.", 5)
	p.Header.Set("Connection", "close")
	return p
}

func panicked() *flow.Problem {
	return &flow.Problem{Status: http.StatusInternalServerError, Title: "Internal error", Outcome: "internal"}
}
