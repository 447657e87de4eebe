package endpoint

import (
	"bytes"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/history"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
)

// countRequest counts a request to an endpoint.
func (q *request) countRequest(outcome string, status int) {
	q.Span.SetWord("gateway.outcome", outcome)
	now := q.handler.Clock.Now()
	q.Endpoint.Metrics.ObserveRequest(outcome, status, now, now.Sub(q.Began), q.Span)
}

// logFinished counts and logs a request that started a run.
func (q *request) logFinished(out *flow.Outcome, status int) {
	now := q.handler.Clock.Now()
	took := now.Sub(q.Began)
	q.Span.SetWord("gateway.outcome", string(out.State))
	q.Endpoint.Metrics.ObserveRequest(string(out.State), status, now, took, q.Span)
	q.LogRun(out, status, took)
}

// recordRefusal counts and logs a request that started no run, and adds it to
// the history within a limit. Ignored requests, which are many, have a limit of
// their own.
func (q *request) recordRefusal(p *flow.Problem) {
	limit, state := &q.handler.unserved, store.Refused
	if q.Endpoint == nil {
		q.Span.SetWord("gateway.outcome", p.Outcome)
		q.handler.Metrics.CountUnserved(p.Outcome, p.Status)
	} else {
		q.countRequest(p.Outcome, p.Status)
		limit = q.Endpoint.Refusals
	}
	if p.Outcome == flow.OutcomeIgnored {
		limit, state = q.Endpoint.Ignored, store.Ignored
	} else if q.Endpoint != nil {
		q.Endpoint.Metrics.CountRefusal()
	}
	q.logRefusal(p)
	if q.handler.Store == nil {
		return
	}
	if !limit.Allow(q.Began) {
		q.handler.Metrics.CountUnrecorded()
		return
	}
	q.handler.Recorder.AddBuilt(&store.Entry{
		ID: q.ID, Flow: q.FlowName(), State: state, Started: q.Began, Finished: q.handler.Clock.Now(), Status: p.Status,
		Cause: store.Cause{Reason: p.Outcome, Message: q.RedactText(p.RecordedDetail()), Detail: q.refusalDetail(p)},
	})
}

// refusalDetail describes the request for the history. The path of a link is a token,
// so of such a flow it is the pattern.
func (q *request) refusalDetail(p *flow.Problem) string {
	path := q.loggedPath()
	if q.Endpoint != nil && q.Endpoint.Flow.Kind != "webhook" {
		path = q.Endpoint.Path
	}
	return q.RefusalDetail(run.Refused{
		Method: truncateText(q.r.Method), Path: truncateText(path), RemoteIP: q.client.String(),
	}, p.RecordedFaults)
}

// maxLoggedPath bounds the length in log and history of the path of a request that
// started no run.
const maxLoggedPath = 200

func truncateText(text string) string {
	if len(text) <= maxLoggedPath {
		return text
	}
	return text[:maxLoggedPath] + "…"
}

// loggedPath returns the path of a request, or its pattern if a segment of the path
// is sensitive. Without a snapshot nothing tells, and there is no path.
func (q *request) loggedPath() string {
	if q.Snapshot == nil {
		return ""
	}
	path := q.r.URL.EscapedPath()
	if pattern := q.Snapshot.Router.Find(q.r.Method, path).HiddenBy; pattern != "" {
		return pattern
	}
	return path
}

// logRefusal logs a request that started no run.
func (q *request) logRefusal(p *flow.Problem) {
	level := zapcore.InfoLevel
	if p.Status >= 500 {
		level = zapcore.WarnLevel
	}
	line := q.handler.Log.Sampled.Check(level, "refused: "+p.Outcome)
	if line == nil {
		return
	}
	fields := make([]zap.Field, 0, 6)
	if q.Endpoint != nil {
		fields = append(fields, zap.String("flow", q.Endpoint.Flow.Name))
	} else { // the path is all that identifies such a request
		fields = append(fields, zap.String("method", q.RedactText(truncateText(q.r.Method))), zap.String("path", q.RedactText(truncateText(q.loggedPath()))))
	}
	fields = append(fields, zap.String("run", q.ID), zap.Int("status", p.Status), zap.Stringer("remote_ip", q.client))
	if detail := p.RecordedDetail(); detail != "" {
		fields = append(fields, zap.String("detail", q.RedactText(detail)))
	}
	if p.Cause != nil {
		fields = append(fields, zap.String("cause", q.RedactText(p.Cause.Error())))
	}
	line.Write(fields...)
}

// recordRun adds a sync run to the history. The snapshot stays in use until the
// entry is written, because building it redacts its secrets.
func (q *request) recordRun(r *flow.Run, out *flow.Outcome, response *flow.Response) {
	if q.handler.Store == nil || out.State == flow.Detached {
		return
	}
	if q.ended.IsZero() { // it panicked
		q.ended = q.handler.Clock.Now()
	}
	if q.handler.Recorder.OverMemory() || q.Env.Memory.Busy() || (!r.RecordInputs && out.State == flow.Succeeded) {
		q.recordSummary(r, out, response.Status)
		return
	}
	e := q.newEntry(r, response.Status)
	q.Snapshot.Retain()
	size := q.memorySize(r.Event) + q.Computed() + int64(len(response.Body))
	taken := q.GiveUp() // the entry has it from now on
	ended := *out       // a copy, so that the outcome of most runs stays on the stack
	release := func() {
		q.forgetRecords()
		q.Env.Memory.Free(taken)
		q.Snapshot.Release()
	}
	q.handler.Recorder.Add(history.PendingEntry{Size: size, Release: release, Build: func() *store.Entry {
		q.addDetails(e, r, &ended, response)
		return e
	}})
}

// recordSummary adds a sync run to the history without its details.
func (q *request) recordSummary(r *flow.Run, out *flow.Outcome, status int) {
	defer q.forgetRecords()
	if out.State == flow.Succeeded && out.Err == nil {
		q.handler.Recorder.AddOutcome(store.Outcome{
			ID: q.ID, Flow: r.Flow.Name, Version: r.Flow.Version, Status: status, Started: q.Began, Finished: q.ended, Trace: q.sampledTrace(),
		})
		return
	}
	e := q.newEntry(r, status)
	e.Trace = q.sampledTrace().Encode()
	q.addOutcome(e, out)
	q.handler.Recorder.AddSummary(e)
}

// sampledTrace returns the trace of the run, if others can look it up.
func (q *request) sampledTrace() trace.Context {
	if !q.Span.Sampled() {
		return trace.Context{}
	}
	return q.Span.Context()
}

// newEntry returns the entry of a run that succeeded.
func (q *request) newEntry(r *flow.Run, status int) *store.Entry {
	return &store.Entry{
		ID: q.ID, Flow: r.Flow.Name, Version: r.Flow.Version, State: store.Succeeded, Started: q.Began, Finished: q.ended, Status: status,
		Watchers: q.Endpoint.Watchers,
	}
}

// forgetRecords drops the records of the steps, which the history has taken.
func (q *request) forgetRecords() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.records, q.few = nil, [len(q.few)]*flow.Record{}
}

// addOutcome adds to an entry how the run ended.
func (q *request) addOutcome(e *store.Entry, out *flow.Outcome) {
	if out.State == flow.Failed {
		e.State, e.Cause = store.Failed, q.StopCause(out)
	}
	if out.Err != nil {
		e.Cause = q.FailureCause(out.Err)
	}
}

// addDetails adds the request, the steps and the response to an entry.
func (q *request) addDetails(e *store.Entry, r *flow.Run, out *flow.Outcome, response *flow.Response) {
	e.Steps = q.encodeRecords()
	if payload, err := q.encodePayload(r.Event, withoutLongBody(response)); err == nil {
		e.Payload = payload
	}
	q.addOutcome(e, out)
	if out.State == flow.Failed {
		run.MarkForRetry(e.Steps)
		return
	}
	for i := range e.Steps {
		e.Steps[i].Input, e.Steps[i].Output = cutRecorded(e.Steps[i].Input), cutRecorded(e.Steps[i].Output)
	}
}

// maxRecorded is the length up to which the history has the answer of a run that
// succeeded, and the inputs and outputs of its actions. The store needs several
// times its memory while it writes, which the budget does not count.
const maxRecorded = 1 << 20

// withoutLongBody returns a response as the history has it.
func withoutLongBody(r *flow.Response) *flow.Response {
	if len(r.Body) <= maxRecorded {
		return r
	}
	short := *r
	short.Body = nil
	return &short
}

// cutRecorded returns an input or an output as the history has it.
func cutRecorded(text []byte) []byte {
	switch {
	case len(text) <= maxRecorded:
		return text
	case redact.IsSealed(text):
		return nil // a part of it can't be opened
	}
	return bytes.Clone(text[:maxRecorded])
}
