package worker

import (
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/internal/trace"
)

// startSpan starts the span of the run below the span of the request, or of the
// action, that started the run. Each attempt of the run has a span of its own there.
func (r *Run) startSpan(f *flow.Run) {
	if r.pool.Tracer == nil {
		return
	}
	r.Span = r.pool.Tracer.Continue(r.parent, run.SpanName(r.FlowName()), trace.Internal)
	f.Span = r.Span
	if r.Span.Sampled() {
		r.Span.RedactBy(r.RedactText)
		run.BeginSpan(r.Span, f)
	}
}

// endSpan ends the span of the run.
func (r *Run) endSpan(state string, out *flow.Outcome) {
	run.EndSpan(r.Span, state, out.State == flow.Failed, out.Err)
}
