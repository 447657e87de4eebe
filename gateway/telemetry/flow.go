package telemetry

import (
	"cmp"
	"strings"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
)

// Flow holds the series of one flow. A series exists once it has counted something.
// All configurations that have the flow share them.
type Flow struct {
	metrics   *Metrics
	name      string
	unbounded bool // its series count for no bound

	requests table[result, lazy[counter]]
	latency  lazy[histogram]
	runs     stateCounters
	dropped  lazy[counter]
	runTime  lazy[histogram]
	actions  table[actionName, action] // that have run
	times    table[timeKey, lazy[histogram]]
	usage    usage

	mu    sync.Mutex // held to add series
	count int64      // of series that have room within the bound
}

// action holds the series of one action.
type action struct {
	states  stateCounters
	retries lazy[counter]
}

type actionName string

func (a actionName) compare(other actionName) int { return strings.Compare(string(a), string(other)) }

// timeKey tells the times of actions apart: by kind, and by action if each has a series
// of its own.
type timeKey struct{ kind, action string }

func (k timeKey) compare(other timeKey) int {
	return cmp.Or(strings.Compare(k.kind, other.kind), strings.Compare(k.action, other.action))
}

// stateCounters count how runs or actions ended.
type stateCounters struct{ succeeded, failed, skipped lazy[counter] }

func (s *stateCounters) of(state flow.State) *lazy[counter] {
	switch state {
	case flow.Failed:
		return &s.failed
	case flow.Skipped:
		return &s.skipped
	}
	return &s.succeeded
}

// ObserveRequest counts a request whose answer was written at a time, and the time
// since its header. The span, which may be nil, is the example of its duration.
func (f *Flow) ObserveRequest(outcome string, status int, at time.Time, took time.Duration, span *trace.Span) {
	seriesOf(f, func(f *Flow) *lazy[histogram] { return &f.latency }).observe(took, span)
	f.countResult(result{outcome, status})
	f.usage.countRequest(at, took)
}

func (f *Flow) countResult(r result) {
	seriesOf(f, func(f *Flow) *lazy[counter] { return f.requestsOf(r) }).n.Add(1)
}

// CountRefusal counts a request that was refused, as a part of the requests that
// ObserveRequest counts.
func (f *Flow) CountRefusal() { f.usage.countRefusal(f.metrics.clock.Now()) }

// ObserveRun counts a run that ended at a time.
func (f *Flow) ObserveRun(state flow.State, at time.Time, took time.Duration, span *trace.Span) {
	f.countRun(state)
	seriesOf(f, func(f *Flow) *lazy[histogram] { return &f.runTime }).observe(took, span)
	f.usage.countRun(at, state == flow.Failed, took)
}

// CountSkippedRun counts a run that did not start because earlier ones were not
// over.
func (f *Flow) CountSkippedRun() { f.countRun(flow.Skipped) }

func (f *Flow) countRun(state flow.State) {
	seriesOf(f, func(f *Flow) *lazy[counter] { return f.runs.of(state) }).n.Add(1)
}

// CountAccepted counts the run that was dropped from the full queue when the store
// accepted another one, if there is one.
func (f *Flow) CountAccepted(a store.Accepted) {
	if a.Dropped != "" {
		seriesOf(f, func(f *Flow) *lazy[counter] { return &f.dropped }).n.Add(1)
	}
}

// ObserveAction counts an action that ended.
func (f *Flow) ObserveAction(rec *flow.Record) {
	name := actionName(rec.Step.Name)
	seriesOf(f, func(f *Flow) *lazy[counter] { return f.actionOf(name).states.of(rec.State) }).n.Add(1)
	if rec.State == flow.Skipped {
		return
	}
	key := timeKey{kind: rec.Step.Kind}
	if f.metrics.perAction.Load() {
		key.action = rec.Step.Name
	}
	seriesOf(f, func(f *Flow) *lazy[histogram] { return f.timesOf(key) }).observe(rec.Took, nil)
	if rec.Attempts > 1 {
		seriesOf(f, func(f *Flow) *lazy[counter] { return &f.actionOf(name).retries }).n.Add(uint64(rec.Attempts - 1)) //nolint:gosec // a count
	}
}

// actionOf returns the series of an action, and adds them when it has run for the first
// time: most of many flows do not run.
func (f *Flow) actionOf(name actionName) *action {
	if a := f.actions.find(name); a != nil {
		return a
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.actions.add(name)
}

// timesOf returns the times of actions.
func (f *Flow) timesOf(key timeKey) *lazy[histogram] {
	if t := f.times.find(key); t != nil {
		return t
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.times.add(key)
}
