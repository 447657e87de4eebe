package flow

import (
	"context"

	"github.com/webhook-gateway/gateway/internal/trace"
)

// startSpan starts the span of the action, if the run is traced.
func (c *Call) startSpan(ctx context.Context) context.Context {
	run := c.frame.run
	if run.Span == nil {
		return ctx
	}
	c.span = trace.From(ctx).Child("action "+c.Step.Name, trace.Internal)
	c.span.SetWord("gateway.flow.name", run.Flow.Name)
	c.span.SetWord("gateway.action.name", c.Step.Name)
	c.span.SetWord("gateway.action.kind", c.Step.Kind)
	return trace.With(ctx, c.span)
}

// endSpan ends the span of an action. One that was skipped, or that an earlier
// attempt of the run completed, has none.
func (c *Call) endSpan(rec *Record, err error) {
	if !c.span.Sampled() || rec.State == Skipped || c.Attempt == 0 && rec.Err == nil {
		return
	}
	state := string(rec.State)
	if IsSuspended(err) {
		state = "suspended"
	}
	c.span.SetWord("gateway.action.state", state)
	c.span.SetNumber("gateway.action.attempts", c.Attempt)
	if rec.Err != nil {
		c.span.Fail(rec.Err.Word())
	}
	c.span.End()
}

// traceAttempt runs one attempt of an action. An action that acts outside of the run
// has a span for each.
func (s *Step) traceAttempt(ctx context.Context, c *Call) (any, error) {
	if !c.span.Sampled() || s.Traits.Pure || len(s.Traits.Lists) > 0 {
		return s.awaitStore(ctx, c)
	}
	span := c.span.Attempt("attempt of action " + s.Name)
	span.SetNumber("gateway.action.attempt", c.Attempt)
	out, err := s.awaitStore(trace.With(ctx, span), c)
	if err != nil && !isControl(err) && !span.HasFailed() {
		span.Fail(AsError(err).Word())
	}
	span.End()
	return out, err
}
