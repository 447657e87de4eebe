package ops

import (
	"context"
	"encoding/json"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/services"
	"github.com/webhook-gateway/gateway/internal/value"
)

// Starter starts runs for operators.
type Starter interface {
	// StartManually queues a run of a flow that serves and returns its id.
	StartManually(ctx context.Context, name string, m services.ManualStart) (string, error)
}

// Trigger says with what a flow is started.
type Trigger struct {
	Input   json.RawMessage `json:"input,omitempty" doc:"Input of a flow with trigger flow: an object of its variables."`
	Contact string          `json:"contact,omitempty" doc:"Address of the contact for whom a flow with trigger tag is started."`
}

// Triggered is the run that was started.
type Triggered struct {
	Run string `json:"run" doc:"Id of the run, which is queued."`
}

// TriggerFlow starts a flow with trigger schedule, tag, flow or failure now.
func (s *Service) TriggerFlow(ctx context.Context, name string, t Trigger) (_ Triggered, err error) {
	defer s.audit(ctx, "flow.trigger", name, &err)
	return withStore(s, func(v view) (Triggered, error) {
		if v.findFlow(name) == nil {
			return Triggered{}, v.missingFlow(name)
		}
		m := services.ManualStart{Contact: t.Contact}
		if len(t.Input) > 0 {
			var err error
			if m.Input, err = value.Decode(t.Input, value.Limits{}); err != nil {
				return Triggered{}, invalid("the input is no JSON: %v", err)
			}
		}
		id, err := s.opts.Starter.StartManually(ctx, name, m)
		if err != nil && flow.AsError(err).Reason == flow.Reason429 {
			return Triggered{}, &Error{Kind: Conflict, Message: flow.AsError(err).Message}
		}
		if err != nil {
			return Triggered{}, err
		}
		return Triggered{Run: id}, nil
	})
}
