package endpoint

import (
	"context"
	"errors"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// serveSync runs a flow, whose slot is taken, while its caller waits.
func (q *request) serveSync(event flow.Event) {
	r := q.newSyncRun(event)
	r.Services, r.Stop = q.handler.Services.ForRun(&q.Scope), q.handler.Life
	r.Abandoned, r.Redaction = &q.Scope, &q.Scope
	r.RecordInputs = q.handler.Store != nil && q.handler.Recorder.HasCapacity() && !q.Env.Memory.Busy()
	q.began = q.handler.Clock.Now()
	ctx, cancel := clock.WithLazyDeadline(q.handler.Life, q.handler.Clock, q.began.Add(q.Endpoint.HTTP.Timeout))
	defer cancel()
	claim, refusal := q.claimKey(ctx, r)
	switch {
	case refusal != nil:
		q.handler.Slots.Free()
		q.refuse(refusal)
		return
	case !claim.made:
		q.handler.Slots.Free()
		q.replayResponse(&claim.held)
		return
	}
	if claim.name != "" {
		q.began = q.handler.Clock.Now() // the store took time
	}
	q.handler.syncRuns.add(q)
	defer func() {
		if !q.isLate {
			q.handler.syncRuns.remove(q)
		}
	}()
	out, response, ok := q.executeInTime(ctx, r, claim)
	if !ok {
		return
	}
	q.settleKey(claim, &out, response)
	// The caller may be slow to read: the run must not stay in memory until then.
	q.recordRun(r, &out, response)
	q.handler.syncRuns.remove(q)
	q.freeMemory()
	response = q.writeAnswer(response)
	q.logFinished(&out, response.Status)
}

// executeFlow runs the flow and builds the response. A caller that hangs up does not
// interrupt the run, because completed actions have had their effect; the
// trigger's timeout bounds the run. A stop that has waited long enough ends it.
func (q *request) executeFlow(ctx context.Context, r *flow.Run) (flow.Outcome, *flow.Response) {
	defer q.handler.Slots.Free()
	q.startRunSpan(r)
	out := flow.Execute(ctx, r)
	response := q.buildResponse(ctx, r, &out)
	run.EndSpan(r.Span, string(out.State), out.State == flow.Failed, out.Err)
	if out.State != flow.Detached {
		q.ended = q.handler.Clock.Now()
		q.Endpoint.Metrics.ObserveRun(out.State, q.ended, q.ended.Sub(q.began), q.Span)
	}
	return out, response
}

// buildResponse returns the response to the caller of a sync run. The run fails
// if the trigger's reply cannot be computed.
func (q *request) buildResponse(ctx context.Context, r *flow.Run, out *flow.Outcome) *flow.Response {
	if out.Response != nil {
		return out.Response
	}
	if out.State == flow.Failed {
		return q.problemResponse(runFailed(ctx, out))
	}
	response, err := q.computeReply(ctx, r)
	if err == nil {
		return response
	}
	out.State, out.Err = flow.Failed, flow.AsError(err)
	out.Err.Flow = r.Flow.Name
	return q.problemResponse(runFailed(ctx, out))
}

// syncJournal is the journal of a sync run: it collects the records for the
// history, and makes the rest of the run durable if the run detaches. No request points
// to its run: the event of the run is garbage before a slow caller has read the answer.
type syncJournal struct {
	flow.NoJournal
	request *request
	run     flow.Run
}

// newSyncRun returns a run and its journal, in one piece of memory.
func (q *request) newSyncRun(event flow.Event) *flow.Run {
	j := &syncJournal{request: q, run: q.newRun(event)}
	j.run.Journal = j
	return &j.run
}

// Done counts a step, and takes its record for the history.
func (j *syncJournal) Done(rec *flow.Record) {
	q := j.request
	q.RedactOutput(rec.Step, rec.Output)
	q.CountStep(rec)
	if q.handler.Store == nil {
		return
	}
	q.mu.Lock()
	if q.records == nil {
		q.records = q.few[:0]
	}
	q.records = append(q.records, rec)
	q.mu.Unlock()
}

// Detach makes the rest of the run durable, if there is a store. The run
// continues from its beginning in the background, where the steps that have
// ended do not run again.
func (j *syncJournal) Detach(ctx context.Context, r *flow.Response) (bool, error) {
	q := j.request
	if q.handler.Store == nil {
		return false, nil
	}
	payload, err := q.encodePayload(j.run.Event, r)
	if err != nil {
		return true, err
	}
	s := &store.Submission{ID: q.ID, Flow: j.run.Flow.Name, Version: j.run.Flow.Version, Status: r.Status, Steps: q.encodeRecords(), Payload: payload}
	// An earlier attempt may have stored the run without learning so.
	if _, err := q.handler.Store.Accept(ctx, s); err != nil && !errors.Is(err, store.ErrExists) {
		return true, &flow.Error{Class: flow.Transient, StoreUnavailable: true, Message: "the rest of the run can't be stored now", Err: err}
	}
	q.handler.Wakeup.Send()
	return true, nil
}

// encodeRecords encodes the steps that have ended for the store.
func (q *request) encodeRecords() []store.Step {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := make([]store.Step, len(q.records))
	for i, rec := range q.records {
		out[i] = q.EncodeStep(rec)
	}
	return out
}
