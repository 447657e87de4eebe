package telemetry

import "github.com/prometheus/client_golang/prometheus"

// RegisterFailures adds the metrics of flows with trigger "failure". windows calls each
// with the failures in the open window of a flow and the runs that were started.
func (m *Metrics) RegisterFailures(windows func(each func(flow string, open, started int))) {
	m.registry.MustRegister(&failureCollector{
		windows: windows,
		open: prometheus.NewDesc(namespace+"_failure_window_runs",
			"Failed runs in the open window of a flow with trigger failure; missing where none is open. Gateways that share a store show the same.", []string{"flow"}, nil),
		started: prometheus.NewDesc(namespace+"_failure_starts_total",
			"Runs of a flow with trigger failure that this gateway started because a window was due.", []string{"flow"}, nil),
	})
}

type failureCollector struct {
	windows       func(each func(flow string, open, started int))
	open, started *prometheus.Desc
}

// Describe names the metrics.
func (c *failureCollector) Describe(out chan<- *prometheus.Desc) { out <- c.open; out <- c.started }

// Collect sends the values that are not 0.
func (c *failureCollector) Collect(out chan<- prometheus.Metric) {
	c.windows(func(flow string, open, started int) {
		if open > 0 {
			out <- prometheus.MustNewConstMetric(c.open, prometheus.GaugeValue, float64(open), flow)
		}
		if started > 0 {
			out <- prometheus.MustNewConstMetric(c.started, prometheus.CounterValue, float64(started), flow)
		}
	})
}
