package gateway

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/webhook-gateway/gateway/flow"
)

// metrics are the numbers that the admin listener shows under /metrics, in a
// registry of their own.
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

	mu    sync.Mutex
	known map[string]*flowMetrics
}

// flowMetrics are the series of one flow, looked up once.
type flowMetrics struct {
	latency prometheus.Observer
	runTime prometheus.Observer
	ok      prometheus.Counter
	failed  prometheus.Counter
	actions map[string]*actionMetrics

	requests *prometheus.CounterVec // curried with the flow
}

type actionMetrics struct {
	states  map[flow.State]prometheus.Counter
	time    prometheus.Observer
	retries prometheus.Counter
}

// buckets reach from half a millisecond, which a small sync flow takes, to the
// default timeout.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), known: map[string]*flowMetrics{}}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "gateway", Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "gateway", Name: name, Help: help, Buckets: buckets}, labels)
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "gateway", Name: name, Help: help})
	}
	m.requests = counter("requests_total", "Requests to endpoints by flow, outcome and HTTP status; flow is empty where no endpoint was found.", "flow", "outcome", "status")
	m.latency = histogram("request_duration_seconds", "Time from the request's header to the written answer.", "flow")
	m.runs = counter("runs_total", "Runs by flow and the state they ended in.", "flow", "state")
	m.runTime = histogram("run_duration_seconds", "Time that runs took.", "flow")
	m.actions = counter("actions_total", "Actions by flow, action and the state they ended in.", "flow", "action", "state")
	m.stepTime = histogram("action_duration_seconds", "Time that actions took, all attempts and the waits between them included.", "flow", "action")
	m.retries = counter("action_retries_total", "Attempts of actions after the first.", "flow", "action")
	m.reloads = counter("reloads_total", "Loads of the flow files by result, the one at start included.", "result")
	m.loadOK = gauge("reload_success", "Whether the last load succeeded: 1 or 0.")
	m.loadTime = gauge("reload_success_timestamp_seconds", "When the flows that serve were loaded, in seconds since 1970.")
	m.loadTook = gauge("reload_duration_seconds", "How long the last load took.")
	m.flows = gauge("flows", "Flows that serve.")
	m.registry.MustRegister(m.requests, m.latency, m.runs, m.runTime, m.actions, m.stepTime, m.retries, m.reloads,
		m.loadOK, m.loadTime, m.loadTook, m.flows,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// gaugeFunc adds a number that is read when somebody asks.
func (m *metrics) gaugeFunc(name, help string, f func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "gateway", Name: name, Help: help}, f))
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// forFlow returns the series of a flow and makes those of its actions, so that
// they show as zero before the first run.
func (m *metrics) forFlow(f *flow.Flow) *flowMetrics {
	m.mu.Lock()
	defer m.mu.Unlock()
	fm := &flowMetrics{
		latency:  m.latency.WithLabelValues(f.Name),
		runTime:  m.runTime.WithLabelValues(f.Name),
		ok:       m.runs.WithLabelValues(f.Name, string(flow.Succeeded)),
		failed:   m.runs.WithLabelValues(f.Name, string(flow.Failed)),
		requests: m.requests.MustCurryWith(prometheus.Labels{"flow": f.Name}),
		actions:  map[string]*actionMetrics{},
	}
	f.Walk(func(s *flow.Step) {
		am := &actionMetrics{states: map[flow.State]prometheus.Counter{},
			time: m.stepTime.WithLabelValues(f.Name, s.Name), retries: m.retries.WithLabelValues(f.Name, s.Name)}
		for _, state := range []flow.State{flow.Succeeded, flow.Failed, flow.Skipped} {
			am.states[state] = m.actions.WithLabelValues(f.Name, s.Name, string(state))
		}
		fm.actions[s.Name] = am
	})
	m.known[f.Name] = fm
	return fm
}

// keepOnly drops the series of flows that are gone.
func (m *metrics) keepOnly(flows []*flow.Flow) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.flows.Set(float64(len(flows)))
	stay := map[string]bool{}
	for _, f := range flows {
		stay[f.Name] = true
	}
	for name := range m.known {
		if stay[name] {
			continue
		}
		delete(m.known, name)
		gone := prometheus.Labels{"flow": name}
		for _, v := range []interface{ DeletePartialMatch(prometheus.Labels) int }{m.requests, m.latency, m.runs, m.runTime, m.actions, m.stepTime, m.retries} {
			v.DeletePartialMatch(gone)
		}
	}
}

func (m *metrics) reloaded(r *reloadResult) {
	m.loadTook.Set(r.took.Seconds())
	if !r.ok {
		m.reloads.WithLabelValues("error").Inc()
		m.loadOK.Set(0)
		return
	}
	m.reloads.WithLabelValues("ok").Inc()
	m.loadOK.Set(1)
	m.loadTime.Set(float64(r.at.UnixNano()) / 1e9)
}

// observe counts an action.
func (x *exchange) observe(rec *flow.Record) {
	am := x.endpoint.metrics.actions[rec.Step.Name]
	am.states[rec.State].Inc()
	if rec.State == flow.Skipped {
		return
	}
	am.time.Observe(rec.Took.Seconds())
	if rec.Attempts > 1 {
		am.retries.Add(float64(rec.Attempts - 1))
	}
}

// finished counts and logs a run.
func (x *exchange) finished(out *flow.Outcome, status int) {
	took := time.Since(x.began)
	fm := x.endpoint.metrics
	fm.runTime.Observe(took.Seconds())
	fm.latency.Observe(took.Seconds())
	if out.State == flow.Failed {
		fm.failed.Inc()
	} else {
		fm.ok.Inc()
	}
	fm.requests.WithLabelValues(string(out.State), strconv.Itoa(status)).Inc()
	x.g.log.run(x, out, status, took)
}

// refused counts and logs a request that started no run.
func (x *exchange) refused(p *flow.Problem) {
	name := ""
	if x.endpoint != nil {
		name = x.endpoint.flow.Name
		x.endpoint.metrics.latency.Observe(time.Since(x.began).Seconds())
	}
	x.g.metrics.requests.WithLabelValues(name, p.Outcome, strconv.Itoa(p.Status)).Inc()
	x.g.log.refused(x, p)
}
