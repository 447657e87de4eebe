package endpoint

import (
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// serveAsync stores a run durably and answers. The caller gets no success before
// the run is stored.
func (q *request) serveAsync(event flow.Event) {
	r := q.newRun(event)
	response, submission, err := q.buildSubmission(&r)
	if err != nil {
		q.failSubmission(event, err)
		return
	}
	got, err := q.acceptRun(submission, event)
	switch {
	case err != nil:
		q.refuse(q.applyFallback(notStored(err), response))
	case got.Duplicate != nil:
		q.replayResponse(got.Duplicate)
	default:
		q.writeResponse(response)
		q.countRequest("accepted", response.Status) // the run has a log line of its own
	}
}

// acceptRun stores a run. If the run with the same dedupe key failed for good, the
// key is dropped and the new run has it.
func (q *request) acceptRun(s *store.Submission, stored flow.Event) (store.Accepted, error) {
	got, err := q.handler.Pool.Accept(q.r.Context(), &q.Scope, s, stored)
	if err != nil || got.Duplicate == nil {
		return got, err
	}
	dropped, err := q.dropFailedKey(got.Duplicate)
	if err != nil || !dropped {
		return got, err
	}
	return q.handler.Pool.Accept(q.r.Context(), &q.Scope, s, stored)
}

// buildSubmission returns the response to an async request and the stored form
// of its run.
func (q *request) buildSubmission(r *flow.Run) (*flow.Response, *store.Submission, error) {
	ctx, cancel := clock.WithTimeout(q.r.Context(), q.handler.Clock, q.Endpoint.HTTP.Timeout)
	defer cancel()
	response, err := q.computeReply(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	admission, err := q.computeAdmission(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	payload, err := q.encodePayload(r.Event, response)
	if err != nil {
		return nil, nil, err
	}
	s := &store.Submission{
		ID: q.ID, Flow: q.Endpoint.Flow.Name, Version: q.Endpoint.Flow.Version, Status: response.Status, OrderKey: admission.OrderKey, Payload: payload,
		Queue: q.Endpoint.QueueLimit(),
	}
	if admission.DedupeKey != "" {
		s.Dedupe = &store.Dedupe{Key: admission.DedupeKey, TTL: admission.DedupeTTL}
	}
	return response, s, nil
}

// encodePayload encodes the event and the response of a run for the store.
func (q *request) encodePayload(event flow.Event, response *flow.Response) (store.Payload, error) {
	stored, err := q.Endpoint.Codec.Encode(event)
	if err != nil {
		return store.Payload{}, err
	}
	payload := run.NewPayload(q.Env.Sealer, stored)
	payload.Response = q.EncodeResponse(response)
	payload.Trace = q.Span.Context().Encode()
	return payload, nil
}

// failSubmission answers and records a request whose response or keys cannot be
// computed.
func (q *request) failSubmission(event flow.Event, err error) {
	failure := flow.AsError(err)
	failure.Flow = q.Endpoint.Flow.Name
	out := flow.Outcome{State: flow.Failed, Err: failure}
	response := q.problemResponse(runFailed(q.r.Context(), &out))
	q.writeResponse(response)
	q.logFinished(&out, response.Status)
	q.recordRun(&flow.Run{Flow: q.Endpoint.Flow, Event: event}, &out, response)
}

// applyFallback replaces a refusal by the trigger's fallback reply, if it has
// one, for callers that must get on even if the run is lost.
func (q *request) applyFallback(p *flow.Problem, reply *flow.Response) *flow.Problem {
	fallback := q.Endpoint.HTTP.Fallback
	if fallback == nil {
		return p
	}
	if r := fallback(reply); r != nil {
		p.Status, p.Header = r.Status, r.Header
	}
	return p
}
