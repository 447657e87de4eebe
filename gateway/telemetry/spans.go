package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/webhook-gateway/gateway/internal/otlp"
)

// RegisterTraces adds the metrics of the exporter of traces.
func (m *Metrics) RegisterTraces(counts func() otlp.Counts) {
	m.registry.MustRegister(&spanCollector{
		counts: counts,
		sent:   prometheus.NewDesc(namespace+"_trace_spans_sent_total", "Spans that the collector of traces took.", nil, nil),
		dropped: prometheus.NewDesc(namespace+"_trace_spans_dropped_total",
			"Spans that are missing in the traces, by reason: queue_full, rejected (the collector refused them), failed (it was not available).", []string{"reason"}, nil),
	})
}

// spanCollector shows the counts of an exporter as metrics.
type spanCollector struct {
	counts        func() otlp.Counts
	sent, dropped *prometheus.Desc
}

// Describe sends the descriptions of the metrics.
func (c *spanCollector) Describe(out chan<- *prometheus.Desc) { out <- c.sent; out <- c.dropped }

// Collect sends the numbers.
func (c *spanCollector) Collect(out chan<- prometheus.Metric) {
	n := c.counts()
	count := func(desc *prometheus.Desc, v int64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(v), labels...)
	}
	count(c.sent, n.Sent)
	count(c.dropped, n.QueueFull, "queue_full")
	count(c.dropped, n.Rejected, "rejected")
	count(c.dropped, n.Failed, "failed")
}
