package gateway

import (
	"net/http"
	"runtime"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/webhook-gateway/gateway/flow"
)

// metrics are the numbers that the admin listener shows under /metrics, in a
// registry of their own. Labels come from flow files and from words in the
// code, never from a caller, so the number of series has a bound.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec   // flow, outcome, status
	latency  *prometheus.HistogramVec // flow
	runs     *prometheus.CounterVec   // flow, state
	runTime  *prometheus.HistogramVec // flow
	actions  *prometheus.CounterVec   // flow, action, state
	stepTime *prometheus.HistogramVec // flow, action
	retries  *prometheus.CounterVec   // flow, action
	reloads  *prometheus.CounterVec   // result
	loadOK   prometheus.Gauge
	loadTime prometheus.Gauge
	loadTook prometheus.Gauge
	flows    prometheus.Gauge

	unserved *counted // requests that found no endpoint

	mu   sync.Mutex
	used map[string]map[string]int // snapshots that have a flow, by flow and action; "" for the flow itself
}

// buckets reach from half a millisecond, which a small sync flow takes, to the
// default timeout.
func buckets() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
}

const namespace = "gateway"

func newMetrics(version string, runs func() int64) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), used: map[string]map[string]int{}}
	m.requests = m.counter("requests_total", "Requests to endpoints by flow, outcome and HTTP status; flow is empty where no endpoint was found.", "flow", "outcome", "status")
	m.latency = m.histogram("request_duration_seconds", "Time from the request's header to the written answer.", "flow")
	m.runs = m.counter("runs_total", "Runs by flow and the state they ended in.", "flow", "state")
	m.runTime = m.histogram("run_duration_seconds", "Time that runs took.", "flow")
	m.actions = m.counter("actions_total", "Actions by flow, action and the state they ended in.", "flow", "action", "state")
	m.stepTime = m.histogram("action_duration_seconds", "Time that actions took, all attempts and the waits between them included.", "flow", "action")
	m.retries = m.counter("action_retries_total", "Attempts of actions after the first.", "flow", "action")
	m.reloads = m.counter("config_reloads_total", "Loads of the flow files by result, the one at start included.", "result")
	m.loadOK = m.gauge("config_last_reload_successful", "Whether the last load of the flow files succeeded: 1 or 0.")
	m.loadTime = m.gauge("config_last_reload_success_timestamp_seconds", "When the flows that serve were loaded, in seconds since 1970.")
	m.loadTook = m.gauge("config_last_reload_duration_seconds", "How long the last load took.")
	m.flows = m.gauge("flows", "Flows that serve.")
	m.unserved = newCounted(m.requests.MustCurryWith(prometheus.Labels{"flow": ""}))
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: "runs_in_flight", Help: "Runs that are under way."},
			func() float64 { return float64(runs()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: namespace, Name: "build_info", Help: "Always 1; the version is in the label.",
			ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
		}, func() float64 { return 1 }),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, result := range []string{"success", "failure"} {
		m.reloads.WithLabelValues(result)
	}
	return m
}

func (m *metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *metrics) histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets()}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *metrics) gauge(name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
	m.registry.MustRegister(g)
	return g
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

func (m *metrics) reloaded(r *loadResult) {
	m.loadTook.Set(r.took.Seconds())
	if !r.ok {
		m.reloads.WithLabelValues("failure").Inc()
		m.loadOK.Set(0)
		return
	}
	m.reloads.WithLabelValues("success").Inc()
	m.loadOK.Set(1)
	m.loadTime.Set(float64(r.at.UnixNano()) / 1e9)
	m.flows.Set(float64(enabled(r.config.Flows)))
}

func enabled(flows []*flow.Flow) int {
	n := 0
	for _, f := range flows {
		if f.Enabled {
			n++
		}
	}
	return n
}
