package gateway

import (
	"fmt"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// decode brings back the event of a run.
func (g *Gateway) decode(e *endpoint, p *store.Payload, limits flow.Limits) (flow.Event, error) {
	kept, err := g.opened(p)
	if err != nil {
		return nil, err
	}
	return e.queued.Decode(kept, limits)
}

// opened is what was kept of an event. What a run was started with is sealed
// where it held a secret, or what a sensitive action returned.
func (g *Gateway) opened(p *store.Payload) (flow.Kept, error) {
	kept := flow.Kept{Event: p.Event, Body: p.Body, Variables: p.Variables}
	if !redact.IsSealed(kept.Variables) {
		return kept, nil
	}
	var err error
	if kept.Variables, err = g.seal.Open(kept.Variables); err != nil {
		return kept, fmt.Errorf("reading what the run was started with: %w", err)
	}
	return kept, nil
}

// decode brings back the event, and hides what was sealed of it.
func (w *work) decode() (flow.Event, error) {
	kept, err := w.g.opened(&w.payload)
	if err != nil {
		return nil, err
	}
	if redact.IsSealed(w.payload.Variables) {
		given, err := value.Decode(kept.Variables, value.Limits{Depth: value.MaxDepth})
		if err != nil {
			return nil, err
		}
		w.redacted.Add(given)
	}
	return w.endpoint.queued.Decode(kept, w.snap.limits)
}
