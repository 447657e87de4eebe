// Package telemetry holds the metrics of the process and its log.
package telemetry

import (
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Metrics are the numbers that the admin listener shows under /metrics, in a
// registry of their own. Labels come from flow files and from words in the
// code, never from a caller, so the number of series has a bound.
type Metrics struct {
	registry *prometheus.Registry
	reloads  *prometheus.CounterVec // result
	loadOK   prometheus.Gauge
	loadTime prometheus.Gauge
	loadTook prometheus.Gauge
	flows    prometheus.Gauge

	unrecorded  prometheus.Counter
	connections prometheus.Counter // refused
	signIns     prometheus.Counter // of operators, refused
	dials       prometheus.Counter // connections of actions
	reuses      prometheus.Counter // of these connections

	unserved *Flow // requests without an endpoint
	other    *Flow // series for which there is no room

	clock clock.Clock

	perAction atomic.Bool  // the time of each action has a series of its own
	series    atomic.Int64 // of flows that count for maxSeries

	mu         sync.Mutex
	flowSeries map[string]*Flow          // by name
	uses       map[string]map[string]int // configurations that have a flow, by flow and action; "" for the flow itself
}

const namespace = "gateway"

// NewMetrics returns the metrics of a gateway. runs returns the number of runs
// in flight.
func NewMetrics(version string, c clock.Clock, runs func() int64) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), clock: c, flowSeries: map[string]*Flow{}, uses: map[string]map[string]int{}}
	m.unrecorded = prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: "refused_requests_unrecorded_total", Help: "Refused and ignored requests that the history leaves out, because it takes a limited number of them."})
	m.connections = prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: "refused_connections_total", Help: "Connections that were closed at once, because their address had too many."})
	m.signIns = prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: "refused_operator_sign_ins_total", Help: "Refused sign-ins to the admin listener: wrong tokens, and people without a role."})
	m.dials = prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: "outbound_dials_total", Help: "Connections that were made for HTTP requests of flows."})
	m.reuses = prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: "outbound_reuses_total", Help: "HTTP requests of flows that used a connection which was kept."})
	m.registry.MustRegister(m.unrecorded, m.connections, m.signIns, m.dials, m.reuses)
	m.reloads = m.newCounter("config_reloads_total", "Loads of the flow files by result, the one at start included.", "result")
	m.loadOK = m.newGauge("config_last_reload_successful", "Whether the last load of the flow files succeeded: 1 or 0.")
	m.loadTime = m.newGauge("config_last_reload_success_timestamp_seconds", "When the flows that serve were loaded, in seconds since 1970.")
	m.loadTook = m.newGauge("config_last_reload_duration_seconds", "How long the last load took.")
	m.flows = m.newGauge("flows", "Flows that serve.")
	m.unserved, m.other = &Flow{metrics: m, unbounded: true}, &Flow{metrics: m, name: otherFlows, unbounded: true}
	m.registry.MustRegister(&flowCollector{newFlowDescs(), m})
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: "runs_in_flight", Help: "Runs in progress."},
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

func (m *Metrics) newCounter(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) newGauge(name, help string) prometheus.Gauge {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
	m.registry.MustRegister(g)
	return g
}

// Handler serves the metrics in the format that the scraper asks for: the text
// formats of Prometheus and OpenMetrics, which has traces as examples of durations,
// or protobuf with native histograms.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, EnableOpenMetrics: true})
}

// Registry returns the registry that holds all metrics.
func (m *Metrics) Registry() *prometheus.Registry { return m.registry }

// CountUnserved counts a request that led to no endpoint.
func (m *Metrics) CountUnserved(outcome string, status int) {
	m.unserved.countResult(result{outcome, status})
}

// CountRefusedConnection counts a connection of an address that has too many.
func (m *Metrics) CountRefusedConnection() { m.connections.Inc() }

// CountRefusedSignIn counts a refused sign-in of an operator.
func (m *Metrics) CountRefusedSignIn() { m.signIns.Inc() }

// CountDial counts a connection that was made for a request of an action.
func (m *Metrics) CountDial() { m.dials.Inc() }

// CountReuse counts a request of an action on a connection that was kept.
func (m *Metrics) CountReuse() { m.reuses.Inc() }

// CountUnrecorded counts a refused request that the history leaves out.
func (m *Metrics) CountUnrecorded() { m.unrecorded.Inc() }

// ObserveLoad counts a load of the flow files that ended at a time. flows is the
// number of enabled flows if the load succeeded.
func (m *Metrics) ObserveLoad(ok bool, at time.Time, took time.Duration, flows int) {
	m.loadTook.Set(took.Seconds())
	if !ok {
		m.reloads.WithLabelValues("failure").Inc()
		m.loadOK.Set(0)
		return
	}
	m.reloads.WithLabelValues("success").Inc()
	m.loadOK.Set(1)
	m.loadTime.Set(float64(at.UnixNano()) / 1e9)
	m.flows.Set(float64(flows))
}

// RegisterAbandoned adds the metrics of abandoned computations: how many run, and
// how many there were.
func (m *Metrics) RegisterAbandoned(running, total func() int64) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: namespace, Name: "abandoned_computations",
			Help: "Computations that ignored the end of their time and still run. Their runs have gone on without them.",
		}, func() float64 { return float64(running()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "abandoned_computations_total",
			Help: "Computations that ignored the end of their time.",
		}, func() float64 { return float64(total()) }))
}

// RegisterMemory adds the metrics of the memory budget.
func (m *Metrics) RegisterMemory(used, limit func() int64) {
	for name, g := range map[string]struct {
		help  string
		value func() int64
	}{
		"memory_budget_used_bytes": {"Bytes that the bodies and values of requests and runs take of the memory budget.", used},
		"memory_budget_bytes":      {"The memory budget, see limits.memory.", limit},
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: g.help},
			func() float64 { return float64(g.value()) }))
	}
}

// RegisterHistory adds the metrics of the history: the number of dropped entries
// and the number of entries that hold a summary only.
func (m *Metrics) RegisterHistory(dropped, summaryOnly func() int64) {
	m.registry.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "history_dropped_total",
			Help: "Sync runs and refused requests that are missing in the history, as the store was too slow or not available.",
		}, func() float64 { return float64(dropped()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "history_bare_total",
			Help: "Sync runs that are in the history without their request and actions, as there was no time to write these or no memory to hold them.",
		}, func() float64 { return float64(summaryOnly()) }))
}
