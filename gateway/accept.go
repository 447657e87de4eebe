package gateway

import (
	"errors"
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// ReplayedHeader says that an answer is that of an earlier request with the
// same dedupe key.
const ReplayedHeader = "Gateway-Replayed"

// acceptAsync makes a run durable, answers, and hands the run to a worker
// where one is free and nothing older waits. Nobody is answered with a success
// before the run is kept.
func (x *exchange) acceptAsync(event flow.Event) {
	run := &flow.Run{ID: x.id, Attempt: 1, Started: x.began, Flow: x.endpoint.flow, Event: event, Logger: x}
	response, submission, err := x.submission(run)
	if err != nil {
		x.failAccept(event, err)
		return
	}
	w := x.g.background.reserve(x, submission)
	events := x.g.background.events
	events.put(x.id, cachedEvent{x.endpoint, event, eventSize(&submission.Payload)}, x.began) // it may be claimed before Accept returns
	got, err := x.g.opts.Store.Accept(x.r.Context(), submission)
	if err != nil {
		got.Claim = nil // whatever it says: nothing was accepted
	}
	if err != nil || got.Claim != nil || got.Duplicate != nil {
		events.drop(x.id) // it is not queued
	}
	if w != nil {
		w.settle(got.Claim, event)
	}
	switch {
	case err != nil:
		x.refuse(x.anyway(x.notKept(err)))
	case got.Duplicate != nil:
		x.replay(got.Duplicate)
	default:
		x.write(response)
		x.accepted(response.Status)
		if got.Claim == nil {
			x.g.background.wake()
		}
	}
}

// submission makes the answer and what is kept of the request.
func (x *exchange) submission(run *flow.Run) (*flow.Response, *store.Submission, error) {
	ctx := x.r.Context()
	response, err := x.endpoint.trigger.Reply(ctx, run)
	if err != nil {
		return nil, nil, err
	}
	admission, err := x.endpoint.trigger.Admit(ctx, run)
	if err != nil {
		return nil, nil, err
	}
	kept, err := x.endpoint.trigger.Encode(run.Event)
	if err != nil {
		return nil, nil, err
	}
	queue := x.endpoint.queue
	s := &store.Submission{
		ID: x.id, Flow: x.endpoint.flow.Name, Status: response.Status, OrderKey: admission.OrderKey,
		Payload: store.Payload{Event: kept.Event, Body: kept.Body, Variables: kept.Variables, Response: encodeResponse(response)},
		Queue:   store.QueueLimit{Max: queue.Length, DropOldest: queue.DropOldest},
	}
	if admission.DedupeKey != "" {
		s.Dedupe = &store.Dedupe{Key: admission.DedupeKey, TTL: admission.DedupeTTL}
	}
	return response, s, nil
}

// failAccept answers where the answer or the keys of a request could not be
// computed.
func (x *exchange) failAccept(event flow.Event, err error) {
	failure := flow.Failure(err)
	failure.Flow = x.endpoint.flow.Name
	out := flow.Outcome{State: flow.Failed, Err: failure}
	response := x.problem(failed(x.r.Context(), &out))
	x.write(response)
	x.finished(&out, response.Status)
	x.remember(&flow.Run{Flow: x.endpoint.flow, Event: event}, &out, response)
}

// notKept says why a request was not accepted.
func (x *exchange) notKept(err error) *flow.Problem {
	if errors.Is(err, store.ErrFull) {
		p := unavailable("Too many runs wait.", 5)
		p.Outcome = "queue_full"
		return p
	}
	p := unavailable("The run can't be stored now.", 5)
	p.Outcome, p.Cause = "not_stored", err
	return p
}

// anyway lets the caller get on where the trigger has an answer whatever becomes
// of the run.
func (x *exchange) anyway(p *flow.Problem) *flow.Problem {
	if t, ok := x.endpoint.trigger.(flow.Unfailing); ok {
		r := t.Anyway()
		p.Status, p.Header = r.Status, r.Header
	}
	return p
}

// replay gives the answer that the first request with the key got.
func (x *exchange) replay(k *store.Key) {
	response, err := decodeResponse(k.Value)
	if err != nil {
		p := unavailable("The first request with this key is still under way.", 1)
		p.Outcome, p.Cause = "in_progress", err
		x.refuse(p)
		return
	}
	header := http.Header{ReplayedHeader: {"true"}}
	for name, values := range response.Header {
		header[name] = values
	}
	x.id = k.Run
	x.write(&flow.Response{Status: response.Status, Header: header, Body: response.Body})
	x.counted("replayed", response.Status)
}

// accepted counts a request whose run is kept. The run has a line of its own.
func (x *exchange) accepted(status int) { x.counted("accepted", status) }

func (x *exchange) counted(outcome string, status int) {
	x.endpoint.metrics.ObserveRequest(outcome, status, time.Since(x.began))
}
