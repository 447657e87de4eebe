package gateway

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/webhook-gateway/gateway/flow"
)

// flowMetrics are the series of one flow, looked up once.
type flowMetrics struct {
	requests *counted
	latency  prometheus.Observer
	states   states
	runTime  prometheus.Observer
	actions  map[string]*actionMetrics
}

type actionMetrics struct {
	states  states
	time    prometheus.Observer
	retries prometheus.Counter
}

// states count how runs or actions ended.
type states struct{ succeeded, failed, skipped prometheus.Counter }

func (s *states) inc(state flow.State) {
	switch state {
	case flow.Failed:
		s.failed.Inc()
	case flow.Skipped:
		s.skipped.Inc()
	default:
		s.succeeded.Inc()
	}
}

func newStates(v *prometheus.CounterVec, labels ...string) states {
	counter := func(state flow.State) prometheus.Counter {
		return v.WithLabelValues(append(labels[:len(labels):len(labels)], string(state))...)
	}
	return states{succeeded: counter(flow.Succeeded), failed: counter(flow.Failed), skipped: counter(flow.Skipped)}
}

// use returns the series of the flows of a configuration by flow, those of
// their actions included, so that they show as zero before the first run. They
// stay until as many calls of leave.
func (m *metrics) use(flows []*flow.Flow) map[string]*flowMetrics {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]*flowMetrics{}
	for _, f := range flows {
		fm := &flowMetrics{
			requests: newCounted(m.requests.MustCurryWith(prometheus.Labels{"flow": f.Name})),
			latency:  m.latency.WithLabelValues(f.Name),
			states:   newStates(m.runs, f.Name),
			runTime:  m.runTime.WithLabelValues(f.Name),
			actions:  map[string]*actionMetrics{},
		}
		m.usedBy(f, 1)
		f.Walk(func(s *flow.Step) {
			fm.actions[s.Name] = &actionMetrics{
				states: newStates(m.actions, f.Name, s.Name),
				time:   m.stepTime.WithLabelValues(f.Name, s.Name), retries: m.retries.WithLabelValues(f.Name, s.Name),
			}
		})
		out[f.Name] = fm
	}
	return out
}

// leave tells that the last run of a configuration has ended. Series of flows
// and actions that no other configuration has are dropped.
func (m *metrics) leave(flows []*flow.Flow) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range flows {
		m.usedBy(f, -1)
		for action, users := range m.used[f.Name] {
			if users == 0 {
				delete(m.used[f.Name], action)
				m.drop(f.Name, action)
			}
		}
		if len(m.used[f.Name]) == 0 {
			delete(m.used, f.Name)
		}
	}
}

// usedBy counts a flow and its actions up or down.
func (m *metrics) usedBy(f *flow.Flow, n int) {
	if m.used[f.Name] == nil {
		m.used[f.Name] = map[string]int{}
	}
	m.used[f.Name][""] += n
	f.Walk(func(s *flow.Step) { m.used[f.Name][s.Name] += n })
}

// drop deletes the series of an action, or of the whole flow where it is "".
func (m *metrics) drop(flow, action string) {
	labels := prometheus.Labels{"flow": flow}
	vectors := []interface{ DeletePartialMatch(prometheus.Labels) int }{m.actions, m.stepTime, m.retries}
	if action == "" {
		vectors = append(vectors, m.requests, m.latency, m.runs, m.runTime)
	} else {
		labels["action"] = action
	}
	for _, v := range vectors {
		v.DeletePartialMatch(labels)
	}
}

// ran counts a run.
func (fm *flowMetrics) ran(state flow.State, took time.Duration) {
	fm.states.inc(state)
	fm.runTime.Observe(took.Seconds())
}
