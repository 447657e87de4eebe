package telemetry

import (
	"maps"

	"github.com/webhook-gateway/gateway/flow"
)

// AddFlows returns the series of the flows of a configuration by flow name. They
// stay until as many calls of RemoveFlows. With perAction, the time of each action
// has a histogram of its own from now on.
func (m *Metrics) AddFlows(flows []*flow.Flow, perAction bool) map[string]*Flow {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.perAction.Store(perAction)
	out := map[string]*Flow{}
	for _, f := range flows {
		m.countUse(f, 1)
		series := m.flowSeries[f.Name]
		if series == nil {
			series = &Flow{metrics: m, name: f.Name}
			m.flowSeries[f.Name] = series
		}
		out[f.Name] = series
	}
	return out
}

// removeAction removes an action that no version has, with its series.
func (f *Flow) removeAction(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	gone := int64(0)
	f.actions.remove(func(n actionName, a *action) bool {
		if string(n) == name {
			gone += a.count(f)
		}
		return string(n) == name
	})
	f.times.remove(func(k timeKey, t *lazy[histogram]) bool {
		if k.action == name && t.own(f) != nil {
			gone++
		}
		return k.action == name
	})
	f.giveUp(gone)
}

// count returns how many series of the action are of the flow.
func (a *action) count(f *Flow) (n int64) {
	for _, c := range []*lazy[counter]{&a.states.succeeded, &a.states.failed, &a.states.skipped, &a.retries} {
		if c.own(f) != nil {
			n++
		}
	}
	return n
}

// remove removes the series of a flow. Runs that still count do so for nobody.
func (f *Flow) remove() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.giveUp(f.count)
	f.unbounded = true
}

// RemoveFlows is called when the last run of a configuration has ended. It
// deletes the series of flows and actions that no other configuration has.
func (m *Metrics) RemoveFlows(flows []*flow.Flow) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range flows {
		m.countUse(f, -1)
		for action, uses := range m.uses[f.Name] {
			if uses == 0 {
				delete(m.uses[f.Name], action)
				if action != "" {
					m.flowSeries[f.Name].removeAction(action)
				}
			}
		}
		if len(m.uses[f.Name]) == 0 {
			m.flowSeries[f.Name].remove()
			delete(m.uses, f.Name)
			delete(m.flowSeries, f.Name)
		}
	}
}

// countUse adds n to the uses of a flow and of its actions.
func (m *Metrics) countUse(f *flow.Flow, n int) {
	if m.uses[f.Name] == nil {
		m.uses[f.Name] = map[string]int{}
	}
	m.uses[f.Name][""] += n
	f.Walk(func(s *flow.Step) { m.uses[f.Name][s.Name] += n })
}

// Usage returns the requests and runs of the last hour by flow.
func (m *Metrics) Usage() map[string]Usage {
	m.mu.Lock()
	flows := maps.Clone(m.flowSeries)
	m.mu.Unlock()
	out := make(map[string]Usage, len(flows))
	for name, f := range flows {
		out[name] = f.usage.read(m.clock.Now())
	}
	return out
}
