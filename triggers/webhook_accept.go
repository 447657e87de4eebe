package triggers

import (
	"errors"
	"net/http"
	"net/netip"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/flow"
)

// Accept lets a request in or tells why not. Callers that are not let in learn
// nothing of what the body should be.
func (w *webhook) Accept(r *http.Request, in flow.Incoming) (flow.Event, *flow.Problem) {
	if !w.allows(in.RemoteIP) {
		return nil, forbidden()
	}
	body, problem := w.authorize(r, in)
	if problem != nil {
		return nil, problem
	}
	e := newEvent(w, r, in, body)
	if problem := e.read(r.Header, r.URL.RawQuery, in.Limits); problem != nil {
		return nil, problem
	}
	return e, nil
}

// read decodes the body and the query, and takes the variables.
func (e *event) read(h http.Header, query string, limits flow.Limits) *flow.Problem {
	var form bodyForm
	if len(e.raw) > 0 {
		var problem *flow.Problem
		if form, e.body, problem = e.webhook.decode(h, e.raw, limits); problem != nil {
			return problem
		}
	}
	if problem := e.readQuery(query, limits); problem != nil {
		return problem
	}
	if found := e.take(form != jsonForm); found.Total > 0 {
		return invalid(found)
	}
	return nil
}

func (w *webhook) allows(addr netip.Addr) bool {
	if len(w.allowed) == 0 {
		return true
	}
	addr = addr.Unmap().WithZone("")
	for _, network := range w.allowed {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// authorize checks the credentials and returns the body. Where no check reads
// the body, nothing of it is read for callers that are not let in.
func (w *webhook) authorize(r *http.Request, in flow.Incoming) ([]byte, *flow.Problem) {
	if len(w.checks) == 0 {
		return readBody(r, in.Limits.Body)
	}
	request := &auth.Request{Header: r.Header, Now: in.ReceivedAt}
	if r.URL.RawQuery != "" {
		request.Query = r.URL.Query()
	}
	letIn, why := false, error(nil)
	if len(w.early.Checks) > 0 {
		why = w.early.Verify(r.Context(), request)
		letIn = why == nil
	}
	if !letIn && len(w.late.Checks) == 0 {
		return nil, unauthorized(w.early.Challenges(), why)
	}
	body, problem := readBody(r, in.Limits.Body)
	if problem != nil || letIn {
		return body, problem
	}
	request.Body = body
	if late := w.late.Verify(r.Context(), request); late != nil {
		all := auth.Policy{Checks: w.checks}
		return nil, unauthorized(all.Challenges(), errors.Join(why, late))
	}
	return body, nil
}
