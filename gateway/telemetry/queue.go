package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const (
	depthsMaxAge = 2 * time.Second // after it the runs are counted again
	readTimeout  = 5 * time.Second // for one reading of the store
)

// DepthStore counts the runs of the store that are not over.
type DepthStore interface {
	Depths(ctx context.Context) ([]store.Depth, error)
}

// Queues counts the runs that are not over, by flow. Counting gets slower with
// their number, so callers within a short time share one count.
type Queues struct {
	depths recent[[]store.Depth]
	trend  trend
}

// NewQueues returns a counter of the runs in a store, which counts until the
// context ends.
func NewQueues(life context.Context, s DepthStore, c clock.Clock) *Queues {
	return &Queues{depths: recent[[]store.Depth]{life: life, clock: c, maxAge: depthsMaxAge, read: s.Depths}}
}

// Depths returns the counts of flows that have runs, by name.
func (q *Queues) Depths() ([]store.Depth, error) { return q.depths.get() }

// RegisterQueues adds the metrics of the queues.
func (m *Metrics) RegisterQueues(q *Queues, log *Log) {
	m.registry.MustRegister(&queueCollector{
		queues: q, log: log,
		runs: prometheus.NewDesc(namespace+"_queue_runs",
			"Runs that are not over by flow and state, of flows that have any; of a store that gateways share, those of all.", []string{"flow", "state"}, nil),
		oldest: prometheus.NewDesc(namespace+"_queue_oldest_timestamp_seconds",
			"When the oldest queued run of a flow was received, in seconds since 1970; missing where none is queued.", []string{"flow"}, nil),
	})
}

// queueCollector shows the queues as metrics.
type queueCollector struct {
	queues *Queues
	log    *Log
	runs   *prometheus.Desc
	oldest *prometheus.Desc
}

// Describe sends the descriptions of the metrics.
func (c *queueCollector) Describe(out chan<- *prometheus.Desc) { out <- c.runs; out <- c.oldest }

// Collect sends the numbers of the flows that have runs.
func (c *queueCollector) Collect(out chan<- prometheus.Metric) {
	depths, err := c.queues.Depths()
	if err != nil {
		c.log.Sampled.Warn("the runs in the queue cannot be counted", zap.Error(err))
		return
	}
	gauge := func(desc *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, v, labels...)
	}
	for i := range depths {
		d := &depths[i]
		gauge(c.runs, float64(d.Queued), d.Flow, store.Queued.String())
		gauge(c.runs, float64(d.Waiting), d.Flow, store.Waiting.String())
		gauge(c.runs, float64(d.Running), d.Flow, store.Running.String())
		if !d.Oldest.IsZero() {
			gauge(c.oldest, float64(d.Oldest.UnixMilli())/1000, d.Flow)
		}
	}
}

// RegisterPauses adds the metric that says which flows are paused.
func (m *Metrics) RegisterPauses(isPaused func(string) bool, flows func() []string) {
	m.registry.MustRegister(&pauseCollector{
		isPaused: isPaused, flows: flows,
		desc: prometheus.NewDesc(namespace+"_flow_paused", "1 for each flow that an operator has paused.", []string{"flow"}, nil),
	})
}

type pauseCollector struct {
	isPaused func(string) bool
	flows    func() []string
	desc     *prometheus.Desc
}

// Describe names the metric.
func (c *pauseCollector) Describe(out chan<- *prometheus.Desc) { out <- c.desc }

// Collect sends one value for each paused flow.
func (c *pauseCollector) Collect(out chan<- prometheus.Metric) {
	for _, name := range c.flows() {
		if c.isPaused(name) {
			out <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, 1, name)
		}
	}
}
