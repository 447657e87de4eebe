package gateway

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/httpserver"
	"github.com/webhook-gateway/gateway/store"
)

// countRequest counts a request to an endpoint.
func (q *request) countRequest(outcome string, status int) {
	q.endpoint.Metrics.ObserveRequest(outcome, status, clock.Since(q.clock, q.began))
}

// logFinished counts and logs a request that started a run.
func (q *request) logFinished(out *flow.Outcome, status int) {
	took := clock.Since(q.clock, q.began)
	q.endpoint.Metrics.ObserveRequest(string(out.State), status, took)
	q.logRun(out, status, took)
}

// recordRefusal counts and logs a request that started no run, and adds it to
// the history within a limit.
func (q *request) recordRefusal(p *flow.Problem) {
	limit := &q.h.unserved
	if q.endpoint == nil {
		q.h.Metrics.CountUnserved(p.Outcome, p.Status)
	} else {
		q.countRequest(p.Outcome, p.Status)
		limit = q.endpoint.Refusals
	}
	q.logRefusal(p)
	if q.h.Store == nil || !limit.Allow(q.began) {
		return
	}
	q.h.Recorder.AddBuilt(&store.Entry{
		ID: q.id, Flow: q.flowName(), State: store.Refused, Started: q.began, Finished: q.clock.Now(), Status: p.Status,
		Cause: store.Cause{Reason: p.Outcome, Message: q.redactText(p.Detail)},
	})
}

// maxLoggedPath bounds the length in the log of a path that has no endpoint.
const maxLoggedPath = 200

func truncateText(text string) string {
	if len(text) <= maxLoggedPath {
		return text
	}
	return text[:maxLoggedPath] + "…"
}

// logRefusal logs a request that started no run.
func (q *request) logRefusal(p *flow.Problem) {
	level := zapcore.InfoLevel
	if p.Status >= 500 {
		level = zapcore.WarnLevel
	}
	line := q.log.Sampled.Check(level, "refused: "+p.Outcome)
	if line == nil {
		return
	}
	fields := make([]zap.Field, 0, 6)
	if q.endpoint != nil {
		fields = append(fields, zap.String("flow", q.endpoint.Flow.Name))
	} else { // the path is all that identifies such a request
		fields = append(fields, zap.String("method", q.redactText(truncateText(q.r.Method))), zap.String("path", q.redactText(truncateText(q.r.URL.EscapedPath()))))
	}
	fields = append(fields, zap.String("run", q.id), zap.Int("status", p.Status), zap.Stringer("remote_ip", httpserver.RemoteIP(q.r)))
	if p.Detail != "" {
		fields = append(fields, zap.String("detail", q.redactText(p.Detail)))
	}
	if p.Cause != nil {
		fields = append(fields, zap.String("cause", q.redactText(p.Cause.Error())))
	}
	line.Write(fields...)
}

// recordRun adds a sync run to the history. The snapshot stays in use until the
// entry is built, because building redacts its secrets.
func (q *request) recordRun(run *flow.Run, out *flow.Outcome, response *flow.Response) {
	if q.h.Store == nil || out.State == flow.Continues {
		return
	}
	e := &store.Entry{
		ID: q.id, Flow: run.Flow.Name, State: store.Succeeded, Started: q.began, Finished: q.clock.Now(), Status: response.Status,
	}
	if q.h.Recorder.OverMemory() || (!run.KeepInputs && out.State == flow.Succeeded) {
		q.addOutcome(e, out)
		q.h.Recorder.AddSummary(e)
		return
	}
	q.snap.Retain()
	q.h.Recorder.Add(PendingEntry{Size: q.memorySize(), Discard: q.snap.Release, Build: func() *store.Entry {
		defer q.snap.Release()
		q.addDetails(e, run, out, response)
		return e
	}})
}

// addOutcome adds to an entry how the run ended.
func (q *request) addOutcome(e *store.Entry, out *flow.Outcome) {
	if out.State == flow.Failed {
		e.State, e.Cause = store.Failed, q.stopCause(out)
	}
	if out.Err != nil {
		e.Cause = q.failureCause(out.Err)
	}
}

// addDetails adds the request, the steps and the response to an entry.
func (q *request) addDetails(e *store.Entry, run *flow.Run, out *flow.Outcome, response *flow.Response) {
	e.Steps = q.encodeRecords()
	if payload, err := q.encodePayload(run.Event, response); err == nil {
		e.Payload = payload
	}
	q.addOutcome(e, out)
	if out.State == flow.Failed {
		markForRetry(e.Steps)
	}
}
