package telemetry

import (
	"maps"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// Flow holds the series of one flow, looked up once.
type Flow struct {
	requests *requestCounter
	latency  prometheus.Observer
	runs     stateCounters
	dropped  prometheus.Counter
	runTime  prometheus.Observer
	actions  map[string]*action
	usage    *usage
}

// action holds the series of one action.
type action struct {
	states  stateCounters
	time    prometheus.Observer
	retries prometheus.Counter
}

// ObserveRequest counts a request and the time from its header to the written
// answer.
func (f *Flow) ObserveRequest(outcome string, status int, took time.Duration) {
	f.latency.Observe(took.Seconds())
	f.requests.inc(outcome, status)
	f.usage.countRequest(took)
}

// CountRefusal counts a request that was refused, as a part of the requests that
// ObserveRequest counts.
func (f *Flow) CountRefusal() { f.usage.countRefusal() }

// ObserveRun counts a run that ended.
func (f *Flow) ObserveRun(state flow.State, took time.Duration) {
	f.runs.inc(state)
	f.runTime.Observe(took.Seconds())
	f.usage.countRun(state == flow.Failed, took)
}

// CountSkippedRun counts a run that did not start because earlier ones were not
// over.
func (f *Flow) CountSkippedRun() { f.runs.inc(flow.Skipped) }

// CountAccepted counts the run that was dropped from the full queue when the store
// accepted another one, if there is one.
func (f *Flow) CountAccepted(a store.Accepted) {
	if a.Dropped != "" {
		f.dropped.Inc()
	}
}

// ObserveAction counts an action that ended.
func (f *Flow) ObserveAction(rec *flow.Record) {
	a := f.actions[rec.Step.Name]
	a.states.inc(rec.State)
	if rec.State == flow.Skipped {
		return
	}
	a.time.Observe(rec.Took.Seconds())
	if rec.Attempts > 1 {
		a.retries.Add(float64(rec.Attempts - 1))
	}
}

// stateCounters count how runs or actions ended.
type stateCounters struct{ succeeded, failed, skipped prometheus.Counter }

func newStateCounters(v *prometheus.CounterVec, labels ...string) stateCounters {
	counter := func(state flow.State) prometheus.Counter {
		return v.WithLabelValues(append(labels[:len(labels):len(labels)], string(state))...)
	}
	return stateCounters{succeeded: counter(flow.Succeeded), failed: counter(flow.Failed), skipped: counter(flow.Skipped)}
}

func (s *stateCounters) inc(state flow.State) {
	switch state {
	case flow.Failed:
		s.failed.Inc()
	case flow.Skipped:
		s.skipped.Inc()
	default:
		s.succeeded.Inc()
	}
}

// AddFlows returns the series of the flows of a configuration by flow name. All
// series exist at once, with those of the actions, so that they show as zero
// before the first run. They stay until as many calls of RemoveFlows.
func (m *Metrics) AddFlows(flows []*flow.Flow) map[string]*Flow {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]*Flow{}
	for _, f := range flows {
		series := &Flow{
			requests: m.requestsOf(f.Name),
			latency:  m.latency.WithLabelValues(f.Name),
			runs:     newStateCounters(m.runs, f.Name),
			dropped:  m.runs.WithLabelValues(f.Name, store.ReasonDropped),
			runTime:  m.runTime.WithLabelValues(f.Name),
			actions:  map[string]*action{}, usage: m.usageOf(f.Name),
		}
		m.countUse(f, 1)
		f.Walk(func(s *flow.Step) {
			series.actions[s.Name] = &action{
				states: newStateCounters(m.actions, f.Name, s.Name),
				time:   m.actionTime.WithLabelValues(f.Name, s.Name), retries: m.retries.WithLabelValues(f.Name, s.Name),
			}
		})
		out[f.Name] = series
	}
	return out
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
				m.deleteSeries(f.Name, action)
			}
		}
		if len(m.uses[f.Name]) == 0 {
			delete(m.uses, f.Name)
			delete(m.usages, f.Name)
			delete(m.counters, f.Name)
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

// deleteSeries deletes the series of an action, or those of the flow if the
// action is "".
func (m *Metrics) deleteSeries(flow, action string) {
	labels := prometheus.Labels{"flow": flow}
	vectors := []interface{ DeletePartialMatch(prometheus.Labels) int }{m.actions, m.actionTime, m.retries}
	if action == "" {
		vectors = append(vectors, m.requests, m.latency, m.runs, m.runTime)
	} else {
		labels["action"] = action
	}
	for _, v := range vectors {
		v.DeletePartialMatch(labels)
	}
}

// requestsOf returns the counter of the requests of a flow. It outlasts a reload, so
// that its bound on the number of series does too.
func (m *Metrics) requestsOf(name string) *requestCounter {
	if m.counters[name] == nil {
		m.counters[name] = newRequestCounter(m.requests.MustCurryWith(prometheus.Labels{"flow": name}))
	}
	return m.counters[name]
}

// usageOf returns the usage of a flow, which outlasts a reload.
func (m *Metrics) usageOf(name string) *usage {
	if m.usages[name] == nil {
		m.usages[name] = &usage{clock: m.clock}
	}
	return m.usages[name]
}

// Usage returns the requests and runs of the last hour by flow.
func (m *Metrics) Usage() map[string]Usage {
	m.mu.Lock()
	flows := maps.Clone(m.usages)
	m.mu.Unlock()
	out := make(map[string]Usage, len(flows))
	for name, u := range flows {
		out[name] = u.read()
	}
	return out
}
