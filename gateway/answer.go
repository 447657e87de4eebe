package gateway

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/webhook-gateway/gateway/flow"
)

// RunHeader names the run, or the request that was refused, in every answer.
const RunHeader = "Gateway-Run"

// problemType is the type of refusals, after RFC 9457.
const problemType = "application/problem+json"

// problemBody is the JSON of RFC 9457 with members of our own.
type problemBody struct {
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail,omitempty"`
	Run    string       `json:"run,omitempty"`
	Errors []flow.Fault `json:"errors,omitempty"`
}

// problem writes a refusal as application/problem+json.
func (x *exchange) problem(p *flow.Problem) *flow.Response {
	if p.Status < http.StatusBadRequest { // the caller gets on all the same
		return &flow.Response{Status: p.Status, Header: p.Header}
	}
	body, err := json.Marshal(problemBody{Title: p.Title, Status: p.Status, Detail: p.Detail, Run: x.id, Errors: p.Faults})
	if err != nil {
		body = nil // texts and numbers always marshal
	}
	h := http.Header{}
	for name, values := range p.Header {
		h[name] = values
	}
	h.Set("Content-Type", problemType)
	return &flow.Response{Status: p.Status, Header: h, Body: append(body, '\n')}
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
