package triggers

import (
	"errors"
	"net/http"
	"net/netip"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clientaddr"
)

// Open implements flow.Opener: a check or a challenge may need a client.
func (w *webhook) Open(r *flow.Resources) error {
	if err := (auth.Policy{Checks: w.checks}).Open(r); err != nil {
		return err
	}
	return w.openChallenges(r)
}

// Accept returns the event of a request, or the problem for its caller. A caller
// without credentials learns nothing about the expected body.
func (w *webhook) Accept(r *http.Request, in flow.Incoming) (flow.Event, *flow.Problem) {
	if !w.allowsAddress(in.RemoteIP) {
		return nil, forbiddenProblem()
	}
	if w.maxBody > 0 {
		in.Limits.Body = int64(w.maxBody)
	}
	if problem := w.answerUnsigned(r, in); problem != nil {
		return nil, problem
	}
	raw, accepting, problem := w.authenticate(r, in)
	if problem != nil {
		return nil, problem
	}
	if problem := w.refuseForgery(raw); problem != nil {
		return nil, problem
	}
	header, raw, problem := decompressBody(r, raw, in.Limits.Body)
	if problem != nil {
		return nil, problem
	}
	wasCompressed := len(r.Header["Content-Encoding"]) > 0
	if wasCompressed && in.TakeMemory != nil && !in.TakeMemory(raw) {
		return nil, tooLargeProblem(in.Limits.Body)
	}
	if problem := w.answerSigned(r, in, accepting.Check, raw); problem != nil {
		return nil, problem
	}
	e := newRequestEvent(w, r, in, raw)
	e.header.received, e.caller = header, w.callerOf(accepting)
	decoded, problem := e.readParts(header, r.URL.RawQuery, in.Limits, w.ranges)
	if problem != nil {
		return nil, problem
	}
	e.hideCredentials()
	if problem := w.limitRate(e, in); problem != nil {
		return nil, problem
	}
	if problem := w.filter(e, in); problem != nil {
		return nil, problem
	}
	if found := e.convertVariables(decoded, in); found.Total > 0 {
		return nil, invalidProblem(found)
	}
	return e, nil
}

// newAuthRequest returns what checks and challenges read of a request, without the
// body.
func newAuthRequest(r *http.Request, in flow.Incoming) *auth.Request {
	out := &auth.Request{Method: r.Method, PublicURL: in.BaseURL, URI: requestURI(r), Header: r.Header, Now: in.ReceivedAt, FindKey: in.FindKey, Handshakes: in.Handshakes}
	if r.URL.RawQuery != "" {
		out.Query = r.URL.Query()
	}
	if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		out.ClientCertificate = r.TLS.VerifiedChains[0][0]
	}
	return out
}

// readParts decodes the body, whose type must be among the accepted ones, and the
// query.
func (e *requestEvent) readParts(h http.Header, query string, limits flow.Limits, accepted []mediaRange) (decoded decodedBody, problem *flow.Problem) {
	if len(e.raw) > 0 {
		if decoded, problem = e.webhook.decodeBody(h, e.raw, limits, accepted); problem != nil {
			return decoded, problem
		}
		e.body = decoded.value
	}
	return decoded, e.readQuery(query, limits)
}

func (w *webhook) allowsAddress(addr netip.Addr) bool {
	return len(w.allowed) == 0 || clientaddr.Contains(w.allowed, addr)
}

// authenticate checks the credentials and returns the body with the check that
// accepted them. If no check reads the body, it is not read for callers without
// credentials.
func (w *webhook) authenticate(r *http.Request, in flow.Incoming) ([]byte, auth.Accepted, *flow.Problem) {
	if len(w.checks) == 0 {
		body, problem := readBody(r, in.Limits.Body)
		return body, auth.Accepted{}, problem
	}
	if c := w.trustedCheck(flow.TrustedAs(r.Context())); c != nil {
		body, problem := readBody(r, in.Limits.Body)
		return body, acceptTrusted(c), problem
	}
	request := newAuthRequest(r, in)
	accepting, reason := w.early.Verify(r.Context(), request)
	late, refused := w.late, error(nil)
	if accepting.Check == nil {
		if late, refused = late.VerifyEarly(r.Context(), request); len(late.Checks) == 0 {
			return nil, auth.Accepted{}, w.unauthorizedProblem(errors.Join(reason, refused))
		}
	}
	body, problem := readBody(r, in.Limits.Body)
	if problem != nil || accepting.Check != nil {
		return body, accepting, problem
	}
	request.Body = body
	accepting, mismatch := late.Verify(r.Context(), request)
	if mismatch != nil {
		return nil, auth.Accepted{}, w.unauthorizedProblem(errors.Join(reason, refused, mismatch))
	}
	return body, accepting, nil
}
