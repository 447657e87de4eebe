package snapshot

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
)

// servedFlow is a flow with what it has opened. All snapshots that have the flow share
// it, so that a reload opens only what an edit has changed.
type servedFlow struct {
	flow      *flow.Flow
	resources *flow.Resources
	endpoint  *Endpoint // nil if nothing starts runs of the flow
	usesStore bool
	counted   bool // in the metrics

	snapshots int // that have it; held by the lock of the opener
}

// serve returns a flow that is open, for one more snapshot.
func (o *Opener) serve(f *flow.Flow, settings flow.Settings) (*servedFlow, error) {
	o.mu.Lock()
	served := o.serving[f]
	if served != nil {
		served.snapshots++
	}
	o.mu.Unlock()
	if served != nil {
		return served, nil
	}
	served, err := o.open(f, settings)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.serving[f] = served
	return served, nil
}

func (o *Opener) open(f *flow.Flow, settings flow.Settings) (*servedFlow, error) {
	served := &servedFlow{flow: f, resources: o.pool.Lease(settings), endpoint: o.newEndpoint(f), usesStore: usesStore(f), snapshots: 1}
	if o.opts.OpenNothing {
		return served, nil
	}
	opened := false
	defer func() { // also after a panic
		if !opened {
			served.resources.Close()
		}
	}()
	if err := openActions(f, served.resources); err != nil {
		return nil, err
	}
	opened = true
	return served, nil
}

// release takes flows from a snapshot. What no other snapshot has is closed.
func (o *Opener) release(flows []*servedFlow) {
	var closed []*flow.Flow
	for _, served := range flows {
		if !o.drop(served) {
			continue
		}
		served.resources.Close()
		if served.counted {
			closed = append(closed, served.flow)
		}
	}
	o.opts.Metrics.RemoveFlows(closed)
}

// drop reports whether the flow was in no other snapshot.
func (o *Opener) drop(served *servedFlow) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if served.snapshots--; served.snapshots > 0 {
		return false
	}
	delete(o.serving, served.flow)
	return true
}

func (o *Opener) newEndpoint(f *flow.Flow) *Endpoint {
	if f.Parts.Codec == nil {
		return nil
	}
	e := &Endpoint{
		Flow: f, Codec: f.Parts.Codec, HTTP: f.Parts.HTTP, Queue: f.Parts.Queue,
		Log: o.opts.Log.WithLazy(zap.String("flow", f.Name)), Refusals: &telemetry.RefusalLimit{}, Ignored: &telemetry.RefusalLimit{}, pureKinds: pureKinds(f),
		HasFallback: mayRunFallback(f),
	}
	if f.EndsAtOnce() {
		e.AtOnce = &AtOnce{}
	}
	if e.HTTP != nil {
		e.Path = Path(o.opts.Key, f.Name, e.HTTP.Route)
	}
	return e
}

// openActions opens the resources of a flow's trigger and actions. A disabled flow may have
// actions that the gateway does not allow.
func openActions(f *flow.Flow, resources *flow.Resources) error {
	if f.Parts.HTTP != nil {
		if o, ok := f.Parts.HTTP.Endpoint.(flow.Opener); ok {
			if err := o.Open(resources); err != nil {
				return fmt.Errorf("%s: the trigger of flow %q: %w", f.Range, f.Name, err)
			}
		}
	}
	var failed error
	f.Walk(func(step *flow.Step) {
		o, ok := step.Action.(flow.Opener)
		if !ok || failed != nil {
			return
		}
		err := o.Open(resources)
		var forbidden *flow.NotAllowed
		if !f.Enabled && errors.As(err, &forbidden) {
			return
		}
		if err != nil {
			failed = fmt.Errorf("%s: action %q of flow %q: %w", step.Range, step.Name, f.Name, err)
		}
	})
	return failed
}

// mayRunFallback reports whether the flow has an on_error list, or calls a flow,
// which may have one.
func mayRunFallback(f *flow.Flow) bool {
	found := len(f.OnError) > 0
	f.Walk(func(s *flow.Step) { found = found || s.Traits.Callee != nil && s.Traits.Callee.Waits })
	return found
}

// pureKinds returns the kinds of a flow's actions that have no outside effect.
// An action with actions inside has none of its own.
func pureKinds(f *flow.Flow) []string {
	pure := map[string]bool{}
	f.Walk(func(s *flow.Step) {
		pure[s.Kind] = s.Traits.Pure || len(s.Traits.Lists) > 0
	})
	maps.DeleteFunc(pure, func(_ string, is bool) bool { return !is })
	return slices.Collect(maps.Keys(pure))
}

// usesStore reports whether a flow that serves must write to the store: to accept
// a run, for the dedupe key of a request, or for one of its actions. The keys of
// callers are in memory for a while, and are only read. The history
// of sync runs is written later and may be missing.
func usesStore(f *flow.Flow) bool {
	p := f.Parts
	uses := p.Clock != nil || p.Tag != nil || p.Failure != nil || p.HTTP != nil && (p.HTTP.Async || p.HTTP.Dedupes)
	f.Walk(func(s *flow.Step) { uses = uses || s.Traits.Stores })
	return uses && f.Enabled
}
