package gateway

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// bodyTimeout is how long a caller may take to send a body.
const bodyTimeout = 30 * time.Second

// exchange is one request on its way.
type exchange struct {
	g        *Gateway
	snap     *snapshot
	endpoint *endpoint // nil where no endpoint was found
	w        http.ResponseWriter
	r        *http.Request
	id       string
	began    time.Time
}

// ServeHTTP serves the endpoints.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{g: g, w: w, r: r, began: time.Now()}
	x.id = flow.NewID(x.began)
	if g.stopping.Load() {
		x.refuse(unavailable("The gateway is shutting down.", 5))
		return
	}
	x.snap = g.acquire()
	if x.snap == nil {
		x.refuse(unavailable("The gateway is shutting down.", 5))
		return
	}
	defer x.snap.release()
	m := x.snap.router.find(r.Method, r.URL.EscapedPath())
	switch {
	case m.endpoint != nil:
		x.endpoint = m.endpoint
		x.serve(m.values)
	case len(m.allow) > 0:
		x.refuse(&flow.Problem{Status: http.StatusMethodNotAllowed, Outcome: "method_not_allowed",
			Title: "Method not allowed", Detail: "This endpoint accepts " + strings.Join(m.allow, ", ") + ".",
			Header: http.Header{"Allow": {strings.Join(m.allow, ", ")}}})
	default:
		x.refuse(&flow.Problem{Status: http.StatusNotFound, Title: "Not found", Detail: "There is no such endpoint.", Outcome: "not_found"})
	}
}

// serve takes a request to its endpoint: checks, run, answer.
func (x *exchange) serve(pathValues map[string]string) {
	if !x.g.runs.enter(x.snap.maxRuns) {
		x.refuse(unavailable("Too many runs are under way.", 1))
		return
	}
	defer x.g.runs.leave()
	event, problem := x.accept(pathValues)
	if problem != nil {
		x.refuse(problem)
		return
	}
	run := &flow.Run{ID: x.id, Attempt: 1, Started: x.began, Flow: x.endpoint.flow, Event: event,
		Logger: x.g.log.forRun(x), Observe: x.observe}
	// A caller that hangs up does not stop the run half-way: what it did so
	// far has happened, and the trigger's timeout bounds the rest.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.r.Context()), x.endpoint.trigger.Timeout())
	defer cancel()
	out := flow.Execute(ctx, run)
	response := x.answer(ctx, run, &out)
	x.write(response)
	x.finished(&out, response.Status)
}

// accept gives the trigger the request. While the body is read the connection
// has a deadline; afterwards it must have none, as it would end the run.
func (x *exchange) accept(pathValues map[string]string) (flow.Event, *flow.Problem) {
	if x.r.ContentLength != 0 {
		control := http.NewResponseController(x.w)
		if control.SetReadDeadline(x.began.Add(bodyTimeout)) == nil {
			defer control.SetReadDeadline(time.Time{}) //nolint:errcheck // it worked a moment ago
		}
	}
	return x.endpoint.trigger.Accept(x.r, flow.Incoming{
		PathValues: pathValues,
		RemoteIP:   remoteIP(x.r),
		ReceivedAt: x.began,
		Limits:     x.snap.limits,
	})
}

// answer decides what the caller of a sync run gets.
func (x *exchange) answer(ctx context.Context, run *flow.Run, out *flow.Outcome) *flow.Response {
	if out.Response != nil {
		return out.Response
	}
	if out.State == flow.Failed {
		return x.problem(failed(ctx, out))
	}
	response, err := x.endpoint.trigger.Reply(ctx, run)
	if err == nil {
		return response
	}
	failure := flow.Failure(err)
	failure.Flow = run.Flow.Name
	out.State, out.Err = flow.Failed, failure
	return x.problem(failed(ctx, out))
}

// failed is what a caller is told of a failed run: the kind of failure and the
// run's id, and nothing from inside.
func failed(ctx context.Context, out *flow.Outcome) *flow.Problem {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded) || (out.Err != nil && out.Err.Reason == flow.ReasonTimeout):
		return &flow.Problem{Status: http.StatusGatewayTimeout, Title: "The run took too long", Outcome: "timeout"}
	case out.Err != nil && out.Err.Remote:
		return &flow.Problem{Status: http.StatusBadGateway, Title: "Another service failed the run", Outcome: "failed_remote"}
	}
	return &flow.Problem{Status: http.StatusInternalServerError, Title: "The run failed", Outcome: "failed"}
}

func unavailable(detail string, seconds int) *flow.Problem {
	return &flow.Problem{Status: http.StatusServiceUnavailable, Title: "Not available now", Detail: detail,
		Header: http.Header{"Retry-After": {strconv.Itoa(seconds)}}, Outcome: "unavailable"}
}

func remoteIP(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, _ := netip.ParseAddr(host)
	return addr.Unmap().WithZone("")
}
