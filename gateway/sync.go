package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// serveSync runs a flow, whose place is taken, while its caller waits.
func (x *exchange) serveSync(event flow.Event) {
	run := &flow.Run{
		ID: x.id, Attempt: 1, Started: x.began, Flow: x.endpoint.flow, Event: event,
		Services: x.services(), Logger: x, Clock: clock.System{}, KeepInputs: x.g.opts.Store != nil && x.g.recorder.roomy(),
	}
	run.Journal = syncJournal{exchange: x, run: run}
	first, problem := x.first(run)
	switch {
	case problem != nil:
		x.g.runs.leave()
		x.refuse(problem)
		return
	case !first.made:
		x.g.runs.leave()
		held := first.held
		x.replay(&held)
		return
	}
	out, response := x.run(run)
	x.settleKey(first, &out, response)
	x.write(response)
	x.finished(&out, response.Status)
	x.remember(run, &out, response)
}

// run runs the flow and makes the answer. A caller that hangs up does not stop
// the run half-way: what it did so far has happened, and the trigger's timeout
// bounds the rest. A stop that has waited long enough ends it.
func (x *exchange) run(run *flow.Run) (flow.Outcome, *flow.Response) {
	defer x.g.runs.leave()
	ctx, cancel := context.WithTimeout(x.g.life, x.endpoint.trigger.Timeout())
	defer cancel()
	began := time.Now()
	out := flow.Execute(ctx, run)
	response := x.answer(ctx, run, &out)
	if out.State != flow.Continues {
		x.endpoint.metrics.ObserveRun(out.State, time.Since(began))
	}
	return out, response
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
	out.State, out.Err = flow.Failed, flow.Failure(err)
	out.Err.Flow = run.Flow.Name
	return x.problem(failed(ctx, out))
}

// syncJournal is the journal of a sync run: it collects the records for the
// history, and makes the rest of the run durable if the run detaches.
type syncJournal struct {
	flow.NoJournal
	exchange *exchange
	run      *flow.Run
}

// Done takes the record of a step.
func (j syncJournal) Done(rec *flow.Record) { j.exchange.note(rec) }

// Detach makes the rest of the run durable, where there is a store.
func (j syncJournal) Detach(ctx context.Context, r *flow.Response) (bool, error) {
	if j.exchange.g.opts.Store == nil {
		return false, nil
	}
	return true, j.exchange.goOn(ctx, j.run, r)
}

// note counts an action, and keeps how it went for the history.
func (x *exchange) note(rec *flow.Record) {
	x.observe(rec)
	if x.g.opts.Store == nil {
		return
	}
	x.mu.Lock()
	x.records = append(x.records, rec)
	x.mu.Unlock()
}

// steps writes what was done so far as it is kept.
func (x *exchange) steps() []store.Step {
	x.mu.Lock()
	defer x.mu.Unlock()
	out := make([]store.Step, len(x.records))
	for i, rec := range x.records {
		out[i] = x.step(rec)
	}
	return out
}

// goOn keeps the rest of a run. It goes on from its beginning, and finds what
// was done.
func (x *exchange) goOn(ctx context.Context, run *flow.Run, r *flow.Response) error {
	kept, err := x.endpoint.trigger.Encode(run.Event)
	if err != nil {
		return err
	}
	s := &store.Submission{
		ID: x.id, Flow: run.Flow.Name, Status: r.Status, Steps: x.steps(),
		Payload: store.Payload{Event: kept.Event, Body: kept.Body, Variables: kept.Variables, Response: encodeResponse(r)},
	}
	// An attempt before this one may have kept it, and not have learned so.
	if _, err := x.g.opts.Store.Accept(ctx, s); err != nil && !errors.Is(err, store.ErrExists) {
		return &flow.Error{Class: flow.Transient, Message: "the rest of the run can't be stored now", Err: err}
	}
	x.g.background.wake()
	return nil
}

// remember puts the run into the history. The snapshot stays in use until the
// entry is made, as its secrets are taken out then.
func (x *exchange) remember(run *flow.Run, out *flow.Outcome, response *flow.Response) {
	if x.g.opts.Store == nil || out.State == flow.Continues {
		return
	}
	e := &store.Entry{
		ID: x.id, Flow: run.Flow.Name, State: store.Succeeded, Started: x.began, Finished: time.Now(), Status: response.Status,
	}
	if heavy := x.g.recorder.heavy(); heavy || (!run.KeepInputs && out.State == flow.Succeeded) {
		x.outcome(e, out)
		x.g.recorder.bare.Add(1)
		x.g.recorder.add(draft{make: func() *store.Entry { return e }})
		return
	}
	x.snap.users.Add(1)
	x.g.recorder.add(draft{size: x.holds(), drop: x.snap.release, make: func() *store.Entry {
		defer x.snap.release()
		x.describe(e, run, out, response)
		return e
	}})
}

// outcome says how a run ended.
func (x *exchange) outcome(e *store.Entry, out *flow.Outcome) {
	if out.State == flow.Failed {
		e.State = store.Failed
		e.Cause = x.stopped(out)
	}
	if out.Err != nil {
		e.Cause = x.cause(out.Err)
	}
}

// describe adds what came, what was done and what went back to an entry.
func (x *exchange) describe(e *store.Entry, run *flow.Run, out *flow.Outcome, response *flow.Response) {
	e.Steps = x.steps()
	if kept, err := x.endpoint.trigger.Encode(run.Event); err == nil {
		e.Payload = store.Payload{Event: kept.Event, Body: kept.Body, Variables: kept.Variables, Response: encodeResponse(response)}
	}
	x.outcome(e, out)
	if out.State == flow.Failed {
		markAgain(e.Steps)
	}
}
