package telemetry

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
)

// Flow holds the series of one flow. A series exists once it has counted something.
// All configurations that have the flow share them.
type Flow struct {
	metrics  *Metrics
	name     string
	requests *requestCounter
	latency  lazy[prometheus.Observer]
	runs     stateCounters
	dropped  lazy[prometheus.Counter]
	runTime  lazy[prometheus.Observer]
	actions  atomic.Pointer[map[string]*action] // that have run; nil for none
	usage    *usage

	mu    sync.Mutex
	made  []madeSeries
	kinds map[string]*lazy[prometheus.Observer] // times of actions by kind
}

// action holds the series of one action.
type action struct {
	states   stateCounters
	time     lazy[prometheus.Observer]
	kindTime *lazy[prometheus.Observer] // of all actions of the kind in the flow
	retries  lazy[prometheus.Counter]
}

// ObserveRequest counts a request whose answer was written at a time, and the time
// since its header. The span, which may be nil, is the example of its duration.
func (f *Flow) ObserveRequest(outcome string, status int, at time.Time, took time.Duration, span *trace.Span) {
	observe(f.latency.get(func() prometheus.Observer {
		return f.metrics.latency.WithLabelValues(f.admit(f.metrics.latency, "")...)
	}), took, span)
	f.requests.inc(outcome, status)
	f.usage.countRequest(at, took)
}

// CountRefusal counts a request that was refused, as a part of the requests that
// ObserveRequest counts.
func (f *Flow) CountRefusal() { f.usage.countRefusal() }

// ObserveRun counts a run that ended at a time.
func (f *Flow) ObserveRun(state flow.State, at time.Time, took time.Duration, span *trace.Span) {
	f.countRun(state)
	observe(f.runTime.get(func() prometheus.Observer {
		return f.metrics.runTime.WithLabelValues(f.admit(f.metrics.runTime, "")...)
	}), took, span)
	f.usage.countRun(at, state == flow.Failed, took)
}

// CountSkippedRun counts a run that did not start because earlier ones were not
// over.
func (f *Flow) CountSkippedRun() { f.countRun(flow.Skipped) }

func (f *Flow) countRun(state flow.State) {
	f.runs.inc(state, func(state string) prometheus.Counter {
		return f.metrics.runs.WithLabelValues(f.admit(f.metrics.runs, "", state)...)
	})
}

// CountAccepted counts the run that was dropped from the full queue when the store
// accepted another one, if there is one.
func (f *Flow) CountAccepted(a store.Accepted) {
	if a.Dropped != "" {
		f.dropped.get(func() prometheus.Counter {
			return f.metrics.runs.WithLabelValues(f.admit(f.metrics.runs, "", store.ReasonDropped)...)
		}).Inc()
	}
}

// ObserveAction counts an action that ended.
func (f *Flow) ObserveAction(rec *flow.Record) {
	m, name := f.metrics, rec.Step.Name
	a := f.actionOf(rec.Step)
	a.states.inc(rec.State, func(state string) prometheus.Counter {
		return m.actions.WithLabelValues(f.admit(m.actions, name, name, state)...)
	})
	if rec.State == flow.Skipped {
		return
	}
	if m.perAction.Load() {
		a.time.get(func() prometheus.Observer {
			return m.actionTime.WithLabelValues(f.admit(m.actionTime, name, rec.Step.Kind, name)...)
		}).Observe(rec.Took.Seconds())
	} else {
		a.kindTime.get(func() prometheus.Observer {
			return m.actionTime.WithLabelValues(f.admit(m.actionTime, "", rec.Step.Kind, "")...)
		}).Observe(rec.Took.Seconds())
	}
	if rec.Attempts > 1 {
		a.retries.get(func() prometheus.Counter { return m.retries.WithLabelValues(f.admit(m.retries, name, name)...) }).Add(float64(rec.Attempts - 1))
	}
}

// lazy is a series that is made when it is first needed.
type lazy[T any] struct{ made atomic.Pointer[T] }

func (l *lazy[T]) get(build func() T) T {
	if v := l.made.Load(); v != nil {
		return *v
	}
	v := build()
	if !l.made.CompareAndSwap(nil, &v) {
		return *l.made.Load()
	}
	return v
}

// observe adds a duration to a histogram, with the trace of a span that is recorded.
func observe(o prometheus.Observer, took time.Duration, span *trace.Span) {
	if e, ok := o.(prometheus.ExemplarObserver); ok && span.Sampled() {
		e.ObserveWithExemplar(took.Seconds(), prometheus.Labels{"trace_id": span.Context().Trace.String()})
		return
	}
	o.Observe(took.Seconds())
}

// stateCounters count how runs or actions ended.
type stateCounters struct{ succeeded, failed, skipped lazy[prometheus.Counter] }

func (s *stateCounters) inc(state flow.State, build func(state string) prometheus.Counter) {
	counter := &s.succeeded
	switch state {
	case flow.Failed:
		counter = &s.failed
	case flow.Skipped:
		counter = &s.skipped
	default:
		state = flow.Succeeded
	}
	counter.get(func() prometheus.Counter { return build(string(state)) }).Inc()
}

// The bound on the series of flows. A flow whose series would exceed it is counted
// together with others under the name otherFlows.
const (
	maxSeries  = 200_000
	otherFlows = "(other)"
)

// madeSeries is a series that exists.
type madeSeries struct {
	vec    vector
	action string // "" for one of the flow itself
	labels []string
}

type vector interface{ DeleteLabelValues(labels ...string) bool }

// admit returns the labels of a new series: the name of the flow and others.
func (f *Flow) admit(v vector, action string, others ...string) []string {
	if f.metrics.series.Add(1) > maxSeries {
		f.metrics.series.Add(-1)
		return append([]string{otherFlows}, others...)
	}
	labels := append([]string{f.name}, others...)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made = append(f.made, madeSeries{v, action, labels})
	return labels
}

// deleteSeries deletes the series of an action, or all if the action is "".
func (f *Flow) deleteSeries(action string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made = slices.DeleteFunc(f.made, func(s madeSeries) bool {
		if action != "" && s.action != action {
			return false
		}
		s.vec.DeleteLabelValues(s.labels...)
		f.metrics.series.Add(-1)
		return true
	})
}

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
			series = &Flow{metrics: m, name: f.Name, usage: &usage{clock: m.clock}}
			series.requests = newRequestCounter(func(outcome, status string) prometheus.Counter {
				return m.requests.WithLabelValues(series.admit(m.requests, "", outcome, status)...)
			})
			m.flowSeries[f.Name] = series
		}
		out[f.Name] = series
	}
	return out
}

// actionOf returns the series of an action, and adds them when it has run for the first
// time: most of many flows do not run.
func (f *Flow) actionOf(s *flow.Step) *action {
	if known := f.actions.Load(); known != nil {
		if a := (*known)[s.Name]; a != nil {
			return a
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	known := f.cloneActions()
	if known[s.Name] == nil {
		if f.kinds[s.Kind] == nil {
			f.kinds[s.Kind] = &lazy[prometheus.Observer]{}
		}
		known[s.Name] = &action{kindTime: f.kinds[s.Kind]}
	}
	f.actions.Store(&known)
	return known[s.Name]
}

// cloneActions returns a copy of the actions that have run.
func (f *Flow) cloneActions() map[string]*action {
	if known := f.actions.Load(); known != nil {
		return maps.Clone(*known)
	}
	f.kinds = map[string]*lazy[prometheus.Observer]{}
	return map[string]*action{}
}

// removeAction removes an action that no version has, with its series; all series if
// the name is "".
func (f *Flow) removeAction(name string) {
	f.deleteSeries(name)
	f.mu.Lock()
	defer f.mu.Unlock()
	known := f.cloneActions()
	delete(known, name)
	f.actions.Store(&known)
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
				m.flowSeries[f.Name].removeAction(action)
			}
		}
		if len(m.uses[f.Name]) == 0 {
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
		out[name] = f.usage.read()
	}
	return out
}
