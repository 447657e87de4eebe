package gateway

import (
	"net/http"
	"strconv"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/problem"
)

// RunHeader names the run, or the request that was refused, in every answer.
const RunHeader = "Gateway-Run"

// problem writes a refusal as application/problem+json.
func (x *exchange) problem(p *flow.Problem) *flow.Response {
	if p.Status < http.StatusBadRequest { // the caller gets on all the same
		return &flow.Response{Status: p.Status, Header: p.Header}
	}
	h := http.Header{}
	for name, values := range p.Header {
		h[name] = values
	}
	h.Set("Content-Type", problem.ContentType)
	return &flow.Response{Status: p.Status, Header: h, Body: problem.Encode(p, x.id)}
}

// refuse answers a request that starts no run.
func (x *exchange) refuse(p *flow.Problem) {
	response := x.problem(p)
	if p.Status == http.StatusRequestTimeout || p.Status == http.StatusRequestEntityTooLarge {
		response.Header.Set("Connection", "close") // the rest of the body is not worth waiting for
	}
	x.write(response)
	x.refused(p)
}

// write sends an answer. Values of the header are shared with the response
// and not changed.
func (x *exchange) write(r *flow.Response) {
	h := x.w.Header()
	for name, values := range r.Header {
		h[name] = values
	}
	h[RunHeader] = []string{x.id}
	if x.g.draining.Load() {
		h["Connection"] = []string{"close"} // the next request is for another gateway
	}
	if bodyAllowed(r.Status) {
		h["Content-Length"] = []string{strconv.Itoa(len(r.Body))}
	}
	x.w.WriteHeader(r.Status)
	x.written = true
	if bodyAllowed(r.Status) {
		_, _ = x.w.Write(r.Body) // a caller that hung up is told nothing
	}
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}
