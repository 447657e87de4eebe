package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// RegisterCertificates adds the metric of the ends of the certificates that serve.
// ends returns them by the name that a certificate is for.
func (m *Metrics) RegisterCertificates(ends func() map[string]time.Time) {
	m.registry.MustRegister(&certificateCollector{ends, prometheus.NewDesc(namespace+"_certificate_expiry_timestamp_seconds",
		"When the certificate of the endpoints for a name ends, in seconds since 1970; missing where none was obtained.", []string{"name"}, nil)})
}

type certificateCollector struct {
	ends func() map[string]time.Time
	desc *prometheus.Desc
}

// Describe names the metric.
func (c *certificateCollector) Describe(out chan<- *prometheus.Desc) { out <- c.desc }

// Collect sends the end of each certificate.
func (c *certificateCollector) Collect(out chan<- prometheus.Metric) {
	for name, end := range c.ends() {
		out <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(end.Unix()), name)
	}
}
