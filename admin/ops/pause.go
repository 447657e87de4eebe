package ops

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Pauses knows the flows that are paused.
type Pauses interface {
	// PausedFlow returns the pause of a flow, as of less than a second ago.
	PausedFlow(flow string) (store.Pause, bool)
	// RefreshPauses makes a change of the paused flows count at once in this
	// process.
	RefreshPauses(ctx context.Context)
}

// FlowPause is the pause of a flow.
type FlowPause struct {
	By    string    `json:"by" doc:"The operator."`
	Since time.Time `json:"since"`
}

// FlowPaused is the result of pausing or resuming a flow.
type FlowPaused struct {
	Flow    string `json:"flow"`
	Paused  bool   `json:"paused"`
	Changed bool   `json:"changed" doc:"false if the flow was paused, or not paused, before."`
}

// PauseFlow pauses a flow: it accepts async runs and starts none, answers sync
// requests with 503, and skips the times of its schedule. Runs that are under way
// end.
func (s *Service) PauseFlow(ctx context.Context, name string) (_ FlowPaused, err error) {
	defer s.audit(ctx, "flow.pause", name, &err)
	return withStore(s, func(v view) (FlowPaused, error) {
		if v.findFlow(name) == nil {
			return FlowPaused{}, v.missingFlow(name)
		}
		changed, err := s.opts.Store.PauseFlow(ctx, name, operatorOf(ctx).Name)
		if errors.Is(err, store.ErrTooManyPauses) {
			return FlowPaused{}, &Error{Kind: Conflict, Message: "too many flows are paused; resume those that are not in the files"}
		}
		if err != nil {
			return FlowPaused{}, err
		}
		s.opts.Pauses.RefreshPauses(ctx)
		return FlowPaused{Flow: name, Paused: true, Changed: changed}, nil
	})
}

// ResumeFlow ends the pause of a flow, whose waiting runs start then. The flow need
// not be in the files.
func (s *Service) ResumeFlow(ctx context.Context, name string) (_ FlowPaused, err error) {
	defer s.audit(ctx, "flow.resume", name, &err)
	return withStore(s, func(v view) (FlowPaused, error) {
		changed, err := s.opts.Store.ResumeFlow(ctx, name)
		if err != nil {
			return FlowPaused{}, err
		}
		if !changed && v.findFlow(name) == nil {
			return FlowPaused{}, v.missingFlow(name)
		}
		s.opts.Pauses.RefreshPauses(ctx)
		return FlowPaused{Flow: name, Changed: changed}, nil
	})
}

// flowPause returns the pause of a flow; nil if it is not paused.
func (s *Service) flowPause(v view, name string) *FlowPause {
	if s.opts.Pauses == nil {
		return nil
	}
	p, ok := s.opts.Pauses.PausedFlow(name)
	if !ok {
		return nil
	}
	return &FlowPause{By: v.redactText(p.By), Since: p.Since.UTC()}
}

// addPauseReason says of a run that is queued or waits that its flow is paused.
func (s *Service) addPauseReason(v view, r *RunSummary) {
	open := r.State == State(store.Queued.String()) || r.State == State(store.Waiting.String())
	if open && r.WaitReason == "" && s.flowPause(v, r.Flow) != nil {
		r.WaitReason = fmt.Sprintf("flow %q is paused", v.redactText(r.Flow))
	}
}
