package run

import (
	"slices"
	"sync/atomic"

	"github.com/webhook-gateway/gateway/store"
)

// Pauses are the flows that operators have paused, as they were in the store at
// the last look. The zero value has none. It is safe for concurrent use.
type Pauses struct {
	current atomic.Pointer[map[string]store.Pause]
}

// Set replaces the paused flows, and reports whether others are paused now.
func (p *Pauses) Set(list []store.Pause) (changed bool) {
	next := make(map[string]store.Pause, len(list))
	for _, pause := range list {
		next[pause.Flow] = pause
	}
	before := p.current.Swap(&next)
	if before == nil {
		return len(next) > 0
	}
	for name := range next {
		if _, ok := (*before)[name]; !ok {
			return true
		}
	}
	return len(next) != len(*before)
}

// IsPaused reports whether a flow is paused. A renamed flow has its pause under
// its new name.
func (p *Pauses) IsPaused(flow string) bool {
	_, paused := p.Find(flow)
	return paused
}

// Find returns the pause of a flow.
func (p *Pauses) Find(flow string) (store.Pause, bool) {
	if p == nil {
		return store.Pause{}, false
	}
	current := p.current.Load()
	if current == nil {
		return store.Pause{}, false
	}
	pause, ok := (*current)[flow]
	return pause, ok
}

// List returns the paused flows since the last look, in no order.
func (p *Pauses) List() []store.Pause {
	current := p.current.Load()
	if current == nil {
		return nil
	}
	out := make([]store.Pause, 0, len(*current))
	for _, pause := range *current {
		out = append(out, pause)
	}
	return out
}

// WithoutPaused returns the flows that are not paused: the same list if none is.
func (p *Pauses) WithoutPaused(flows []store.FlowLimit) []store.FlowLimit {
	isPaused := func(f store.FlowLimit) bool { return p.IsPaused(f.Flow) }
	if !slices.ContainsFunc(flows, isPaused) {
		return flows
	}
	return slices.DeleteFunc(slices.Clone(flows), isPaused)
}
