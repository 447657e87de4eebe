package run

import (
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/trace"
)

// SpanName returns the name of the span of a run.
func SpanName(flowName string) string { return "run " + flowName }

// BeginSpan describes the span of a run that starts.
func BeginSpan(span *trace.Span, r *flow.Run) {
	span.SetWord("gateway.flow.name", r.Flow.Name)
	span.SetWord("gateway.run.id", r.ID)
	span.SetNumber("gateway.run.attempt", r.Attempt)
}

// EndSpan ends the span of a run. The error, which may be nil, is why it failed.
func EndSpan(span *trace.Span, state string, failed bool, err *flow.Error) {
	if !span.Sampled() {
		return
	}
	span.SetWord("gateway.run.state", state)
	switch {
	case err != nil:
		span.Fail(err.Word())
	case failed:
		span.Fail("stopped")
	}
	span.End()
}
