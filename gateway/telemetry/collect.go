package telemetry

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// flowDescs describe the metrics of flows.
type flowDescs struct {
	requests, latency, runs, runTime, actions, actionTime, retries *prometheus.Desc
}

func newFlowDescs() *flowDescs {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(namespace+"_"+name, help, labels, nil)
	}
	return &flowDescs{
		requests:   describe("requests_total", "Requests to endpoints by flow, outcome and HTTP status; flow is empty where no endpoint was found.", "flow", "outcome", "status"),
		latency:    describe("request_duration_seconds", "Time from the request's header to the written answer.", "flow"),
		runs:       describe("runs_total", "Runs by flow and the state they ended in; skipped is a run that did not start because an earlier one was not over, dropped one that was cancelled because the queue was full.", "flow", "state"),
		runTime:    describe("run_duration_seconds", "Time that runs took.", "flow"),
		actions:    describe("actions_total", "Actions by flow, action and the state they ended in.", "flow", "action", "state"),
		actionTime: describe("action_duration_seconds", "Time that actions took, all attempts and the waits between them included, by flow and kind of action; by action if metrics.per_action is set.", "flow", "kind", "action"),
		retries:    describe("action_retries_total", "Attempts of actions after the first.", "flow", "action"),
	}
}

// flowCollector shows the series of all flows.
type flowCollector struct {
	*flowDescs
	metrics *Metrics
}

// Describe names the metrics.
func (c *flowCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.requests, c.latency, c.runs, c.runTime, c.actions, c.actionTime, c.retries} {
		out <- d
	}
}

// Collect sends the series.
func (c *flowCollector) Collect(out chan<- prometheus.Metric) {
	c.metrics.mu.Lock()
	flows := slices.AppendSeq([]*Flow{c.metrics.other, c.metrics.unserved}, maps.Values(c.metrics.flowSeries))
	c.metrics.mu.Unlock()
	for _, f := range flows {
		c.collectFlow(f, out)
		c.collectActions(f, out)
	}
}

func (c *flowCollector) collectFlow(f *Flow, out chan<- prometheus.Metric) {
	for _, r := range f.requests.rows() {
		sendCounter(out, c.requests, f, r.value, f.name, r.key.outcome, r.key.label())
	}
	sendHistogram(out, c.latency, f, &f.latency, f.name)
	c.sendStates(out, c.runs, f, &f.runs, f.name)
	sendCounter(out, c.runs, f, &f.dropped, f.name, store.ReasonDropped)
	sendHistogram(out, c.runTime, f, &f.runTime, f.name)
}

func (c *flowCollector) collectActions(f *Flow, out chan<- prometheus.Metric) {
	for _, a := range f.actions.rows() {
		c.sendStates(out, c.actions, f, &a.value.states, f.name, string(a.key))
		sendCounter(out, c.retries, f, &a.value.retries, f.name, string(a.key))
	}
	for _, t := range f.times.rows() {
		sendHistogram(out, c.actionTime, f, t.value, f.name, t.key.kind, t.key.action)
	}
}

func (c *flowCollector) sendStates(out chan<- prometheus.Metric, desc *prometheus.Desc, f *Flow, s *stateCounters, labels ...string) {
	for _, state := range []flow.State{flow.Succeeded, flow.Failed, flow.Skipped} {
		sendCounter(out, desc, f, s.of(state), append(slices.Clip(labels), string(state))...)
	}
}

// sendCounter sends a counter if it has counted something for the flow.
func sendCounter(out chan<- prometheus.Metric, desc *prometheus.Desc, f *Flow, at *lazy[counter], labels ...string) {
	if c := at.own(f); c != nil {
		out <- prometheus.MustNewConstMetricWithCreatedTimestamp(desc, prometheus.CounterValue, float64(c.n.Load()), time.Unix(c.since, 0), labels...)
	}
}

// sendHistogram sends a histogram if it has counted something for the flow.
func sendHistogram(out chan<- prometheus.Metric, desc *prometheus.Desc, f *Flow, at *lazy[histogram], labels ...string) {
	if h := at.own(f); h != nil {
		out <- histogramMetric{h, desc, labels}
	}
}
