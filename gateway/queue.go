package gateway

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/store"
)

const (
	depthsFor  = 2 * time.Second // how long depths are taken for true
	depthsTime = 5 * time.Second // how long a store may take to tell them
)

// queues tells how many runs are not over, by flow. Counting costs the more the
// more there are, so it is done once for all who ask at about the same time.
type queues struct {
	g *Gateway

	mu  sync.Mutex
	at  time.Time // of the last count; zero before the first
	now []store.Depth
	err error
}

// depths returns the counts of flows that have any, by name.
func (q *queues) depths() ([]store.Depth, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.at.IsZero() && time.Since(q.at) < depthsFor {
		return q.now, q.err
	}
	ctx, cancel := context.WithTimeout(q.g.life, depthsTime)
	defer cancel()
	q.now, q.err = q.g.opts.Store.Depths(ctx)
	q.at = time.Now()
	return q.now, q.err
}

// queueMetrics shows the queues as metrics.
type queueMetrics struct {
	queues *queues
	runs   *prometheus.Desc
	oldest *prometheus.Desc
}

// countQueues adds the metrics of the store's queue and history.
func (g *Gateway) countQueues() {
	g.metrics.registry.MustRegister(
		&queueMetrics{
			queues: g.queues,
			runs: prometheus.NewDesc(namespace+"_queue_runs",
				"Runs that are not over by flow and state; of a store that gateways share, those of all.", []string{"flow", "state"}, nil),
			oldest: prometheus.NewDesc(namespace+"_queue_oldest_timestamp_seconds",
				"When the oldest queued run of a flow was received, in seconds since 1970; missing where none is queued.", []string{"flow"}, nil),
		},
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "history_dropped_total",
			Help: "Sync runs and refused requests that are missing in the history, as the store was too slow or not available.",
		}, func() float64 { return float64(g.recorder.dropped.Load()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Namespace: namespace, Name: "history_bare_total",
			Help: "Sync runs that are in the history without their request and actions, as there was no time to write these or no memory to hold them.",
		}, func() float64 { return float64(g.recorder.bare.Load()) }))
}

// Describe tells which metrics there are.
func (m *queueMetrics) Describe(out chan<- *prometheus.Desc) { out <- m.runs; out <- m.oldest }

// Collect gives the numbers of flows that have runs or can have some. Where the
// store does not tell them they are missing, so that nobody takes them for zero.
func (m *queueMetrics) Collect(out chan<- prometheus.Metric) {
	g := m.queues.g
	depths, err := m.queues.depths()
	if err != nil {
		g.log.bounded.Warn("the queue can't be counted", zap.Error(err))
		return
	}
	byFlow := map[string]store.Depth{}
	if s := g.acquire(); s != nil {
		for _, f := range s.limitsOfFlows {
			byFlow[f.Flow] = store.Depth{Flow: f.Flow}
		}
		s.release()
	}
	for _, d := range depths {
		byFlow[d.Flow] = d
	}
	gauge := func(what *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(what, prometheus.GaugeValue, v, labels...)
	}
	for name, d := range byFlow {
		gauge(m.runs, float64(d.Queued), name, store.Queued.String())
		gauge(m.runs, float64(d.Waiting), name, store.Waiting.String())
		gauge(m.runs, float64(d.Running), name, store.Running.String())
		if !d.Oldest.IsZero() {
			gauge(m.oldest, float64(d.Oldest.UnixMilli())/1000, name)
		}
	}
}
