package services

import (
	"context"
	"fmt"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
)

// ManualStart says with what an operator starts a flow.
type ManualStart struct {
	Input   any    // of a flow that other flows call; nil for none
	Contact string // the address of the contact of a flow with trigger "tag"
}

// StartManually queues a run of a flow now, for an operator. The throttle of a tag
// flow does not apply, as for a call. A start that is not possible is a *flow.Error
// of class Invalid.
func (s *Services) StartManually(ctx context.Context, e *snapshot.Endpoint, m ManualStart) (string, error) {
	ev, err := s.manualEvent(ctx, e.Flow, m)
	if err != nil {
		return "", err
	}
	stored, err := e.Codec.Encode(ev)
	if err != nil {
		return "", err
	}
	stored.Sensitive = stored.Sensitive || e.Flow.HiddenInput != ""
	id, _, err := s.queueRun(ctx, e, s.newID(), stored, Start{})
	return id, err
}

// manualEvent returns the event that the trigger of a flow would make.
func (s *Services) manualEvent(ctx context.Context, f *flow.Flow, m ManualStart) (flow.Event, error) {
	parts := f.Parts
	switch {
	case !f.Enabled:
		return nil, refuseStart("flow %q is disabled", f.Name)
	case parts.Clock != nil:
		if m.Input != nil || m.Contact != "" {
			return nil, refuseStart("flow %q is started by a schedule, which has neither an input nor a contact", f.Name)
		}
		return parts.Clock.Event(s.Clock.Now()), nil
	case parts.Tag != nil:
		return s.manualTag(ctx, f, m)
	case parts.Failure != nil:
		if m.Input != nil || m.Contact != "" {
			return nil, refuseStart("flow %q is started by failures, which have neither an input nor a contact", f.Name)
		}
		return parts.Failure.Event(s.sampleFailures(parts.Failure)), nil
	case parts.Call == nil:
		return nil, refuseStart("flow %q is started by requests: send one to its URL", f.Name)
	case m.Contact != "":
		return nil, refuseStart("flow %q takes an input, not a contact", f.Name)
	}
	return parts.Call.Event(ctx, flow.OutsideCall(s.newID()), m.Input)
}

// sampleFailures returns failures as a flow that watches them would get, so that an
// operator sees its alert arrive. Their run does not exist.
func (s *Services) sampleFailures(p *flow.FailurePart) flow.Failures {
	name, count := "sample", max(p.After, 1)
	if len(p.Flows) > 0 && p.Flows[0].Name != flow.AnyFlow {
		name = p.Flows[0].Name
	}
	return flow.Failures{
		Flow: name, Count: count, Runs: []string{s.newID()},
		Causes: []flow.FailureCause{{Flow: name, Action: "sample", Message: "a sample, which an operator started: no run has failed", Count: count}},
	}
}

// manualTag returns the event of a contact that gets the tag of a flow.
func (s *Services) manualTag(ctx context.Context, f *flow.Flow, m ManualStart) (flow.Event, error) {
	if m.Contact == "" || m.Input != nil {
		return nil, refuseStart("flow %q is started for a contact: give the address of one, and no input", f.Name)
	}
	contact, known, err := contacts{&starter{services: s}}.Contact(ctx, m.Contact)
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, refuseStart("there is no such contact")
	}
	return f.Parts.Tag.Event(contact, flow.TagGiven{Tag: f.Parts.Tag.Tag, Source: flow.TagManual}), nil
}

func refuseStart(format string, args ...any) error {
	return &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf(format, args...)}
}
