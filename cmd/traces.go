package cmd

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/otlp"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/outbound"
)

// traceEnv reads the variables of OpenTelemetry. A value that can't be used leaves
// the default in place, as its specification asks for, and leaves a warning.
type traceEnv struct {
	env      func(string) (string, bool)
	warnings []string
}

// get returns the first variable that is set.
func (t *traceEnv) get(names ...string) (name, value string) {
	for _, n := range names {
		if v, _ := t.env(n); strings.TrimSpace(v) != "" {
			return n, strings.TrimSpace(v)
		}
	}
	return "", ""
}

func (t *traceEnv) warn(format string, args ...any) {
	t.warnings = append(t.warnings, fmt.Sprintf(format, args...))
}

// Defaults of the specification.
const (
	defaultSpanQueue     = 2048
	defaultSpanBatch     = 512
	defaultSpanDelay     = 5 * time.Second
	defaultExportTimeout = 30 * time.Second
	defaultPostTimeout   = 10 * time.Second
)

// The most that the variables may set.
const (
	maxSpanQueue = 1 << 20
	maxSpanTime  = 10 * time.Minute
)

// enabled reports whether the variables ask for traces.
func (t *traceEnv) enabled() bool {
	if _, v := t.get("OTEL_SDK_DISABLED"); strings.EqualFold(v, "true") {
		return false
	}
	_, exporter := t.get("OTEL_TRACES_EXPORTER")
	switch exporter {
	case "none":
		return false
	case "", "otlp":
	default:
		t.warn("OTEL_TRACES_EXPORTER=%s is not supported, and no traces are sent: write otlp or none", exporter)
		return false
	}
	_, endpoint := t.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
	if exporter == "" && endpoint == "" {
		return false
	}
	name, protocol := t.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
	switch protocol {
	case "", "http/json":
		return true
	case "http/protobuf":
		t.warn("%s=http/protobuf is not supported: the gateway sends http/json, which collectors take at the same address", name)
		return true
	}
	t.warn("%s=%s is not supported, and no traces are sent: write http/json and the address of OTLP over HTTP, by default port 4318", name, protocol)
	return false
}

// endpoint returns the URL to which traces are sent.
func (t *traceEnv) endpoint() (string, error) {
	name, text := t.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
	if text == "" {
		if name, text = t.get("OTEL_EXPORTER_OTLP_ENDPOINT"); text == "" {
			return "http://localhost:4318/v1/traces", nil
		}
		text = strings.TrimRight(text, "/") + "/v1/traces"
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return "", fmt.Errorf("%s must be a URL such as http://localhost:4318, without a user", name)
	}
	return text, nil
}

// headers returns the header fields for the collector. Their values are secrets.
func (t *traceEnv) headers() http.Header {
	h := http.Header{}
	name, text := t.get("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
	for i, pair := range t.pairs(name, text) {
		if pair.Key == "" || strings.ContainsAny(pair.Key+pair.Text, "\r\n\x00") {
			t.warn("%s: the header number %d is left out, because it is not written as name=value", name, i+1)
			continue
		}
		h.Set(pair.Key, pair.Text)
	}
	return h
}

// pairs reads a list such as "a=1,b=2", whose values are percent-encoded.
func (t *traceEnv) pairs(name, text string) []trace.Attr {
	var out []trace.Attr
	n := 0
	for part := range strings.SplitSeq(text, ",") {
		if n++; strings.TrimSpace(part) == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if !ok || err != nil {
			t.warn("%s: the entry number %d is left out, because it is not written as name=value", name, n)
			continue
		}
		out = append(out, trace.Attr{Key: strings.TrimSpace(key), Text: value})
	}
	return out
}

// resource returns the attributes of the process.
func (t *traceEnv) resource(version string) []trace.Attr {
	attrs := t.pairs("OTEL_RESOURCE_ATTRIBUTES", second(t.get("OTEL_RESOURCE_ATTRIBUTES")))
	_, service := t.get("OTEL_SERVICE_NAME")
	if service != "" {
		attrs = slices.DeleteFunc(attrs, func(a trace.Attr) bool { return a.Key == "service.name" })
	}
	for key, value := range map[string]string{
		"service.name": cmp.Or(service, "gateway"), "service.version": version,
		"telemetry.sdk.name": "gateway", "telemetry.sdk.language": "go", "telemetry.sdk.version": version,
	} {
		if !slices.ContainsFunc(attrs, func(a trace.Attr) bool { return a.Key == key }) {
			attrs = append(attrs, trace.Attr{Key: key, Text: value})
		}
	}
	slices.SortStableFunc(attrs, func(a, b trace.Attr) int { return cmp.Compare(a.Key, b.Key) })
	return attrs
}

func second(_, value string) string { return value }

// sampler returns the sampler. Senders decide only if the variable names a sampler
// that follows its parent: the default is not the one of the specification.
func (t *traceEnv) sampler() trace.Sampler {
	_, name := t.get("OTEL_TRACES_SAMPLER")
	base, byParent := strings.CutPrefix(name, "parentbased_")
	switch base {
	case "", "always_on":
		return trace.Sampler{ByParent: byParent, Ratio: 1}
	case "always_off":
		return trace.Sampler{ByParent: byParent}
	case "traceidratio":
		return trace.Sampler{ByParent: byParent, Ratio: t.ratio()}
	}
	t.warn("OTEL_TRACES_SAMPLER=%s is not supported, and each trace is recorded: write always_on, always_off or traceidratio, with parentbased_ in front to let senders decide", name)
	return trace.Sampler{Ratio: 1}
}

func (t *traceEnv) ratio() float64 {
	_, text := t.get("OTEL_TRACES_SAMPLER_ARG")
	if text == "" {
		return 1
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0 && n <= 1) {
		t.warn("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, not %q: each trace is recorded", text)
		return 1
	}
	return n
}

// number reads a number from 1 to a limit.
func (t *traceEnv) number(name string, otherwise, limit int) int {
	_, text := t.get(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > limit {
		t.warn("%s must be a number from 1 to %d, not %q: it is %d", name, limit, text, otherwise)
		return otherwise
	}
	return n
}

// millis reads a time in milliseconds.
func (t *traceEnv) millis(otherwise time.Duration, names ...string) time.Duration {
	name, text := t.get(names...)
	if text == "" {
		return otherwise
	}
	return time.Duration(t.number(name, int(otherwise.Milliseconds()), int(maxSpanTime.Milliseconds()))) * time.Millisecond
}

// gzip reports whether requests are compressed.
func (t *traceEnv) gzip() bool {
	name, text := t.get("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION")
	if text != "" && text != "gzip" && text != "none" {
		t.warn("%s=%s is not supported, and gzip is used: write gzip or none", name, text)
	}
	return text != "none"
}

// unsupported are variables whose effect would be missed.
var unsupported = [...]string{
	"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
	"OTEL_EXPORTER_OTLP_CLIENT_KEY", "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
}

// exporter returns the exporter that the variables ask for; nil for none.
func (t *traceEnv) exporter(o *gateway.Options) (*otlp.Exporter, error) {
	if !t.enabled() {
		return nil, nil
	}
	target, err := t.endpoint()
	if err != nil {
		return nil, err
	}
	client, err := t.client(target, o)
	if err != nil {
		return nil, err
	}
	for _, name := range unsupported {
		if _, v := t.get(name); v != "" {
			t.warn("%s is not supported, and no client certificate is sent to the collector", name)
		}
	}
	queue := t.number("OTEL_BSP_MAX_QUEUE_SIZE", defaultSpanQueue, maxSpanQueue)
	return otlp.New(otlp.Options{
		URL: target, Header: t.headers(), Gzip: t.gzip(), Resource: t.resource(o.Version), Version: o.Version,
		QueueSize: queue, BatchSize: min(queue, t.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", defaultSpanBatch, maxSpanQueue)),
		Delay:         t.millis(defaultSpanDelay, "OTEL_BSP_SCHEDULE_DELAY"),
		ExportTimeout: t.millis(defaultExportTimeout, "OTEL_BSP_EXPORT_TIMEOUT"),
		Timeout:       t.millis(defaultPostTimeout, "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"),
		Client:        client, Clock: o.Clock, Log: telemetry.NewLog(o.Log).Sampled, // callers cause the spans
	}), nil
}

// client returns the client for the collector, which may have a private address.
func (t *traceEnv) client(target string, o *gateway.Options) (*outbound.Client, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	policy, err := outbound.ParsePolicy([]string{u.Hostname()})
	if err != nil {
		return nil, fmt.Errorf("the host of the collector can't be used: %w", err)
	}
	options := outbound.Options{Policy: policy, UserAgent: "gateway/" + o.Version, Clock: o.Clock}
	if name, file := t.get("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"); file != "" {
		pem, err := os.ReadFile(file) //nolint:gosec // the operator names the file
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		if options.TLS = authority(pem); options.TLS == nil {
			return nil, errors.New(name + " names a file without a certificate in PEM form")
		}
	}
	return outbound.New(options), nil
}

// addTraces sets the tracer of the gateway, if the variables of OpenTelemetry ask for
// traces. It returns the exporter, which is nil for none.
func (r *runner) addTraces(o *gateway.Options) (*otlp.Exporter, error) {
	t := &traceEnv{env: r.env}
	e, err := t.exporter(o)
	if err != nil {
		return nil, err
	}
	var sampler trace.Sampler
	if e != nil {
		sampler = t.sampler()
	}
	for _, w := range t.warnings {
		o.Log.Warn(w)
	}
	if e == nil {
		return nil, nil
	}
	o.Tracer, o.TraceCounts = trace.New(e, sampler, o.Clock), e.Counts
	target, _ := t.endpoint()
	if u, err := url.Parse(target); err == nil {
		o.Log.Info("traces are sent", zap.String("to", u.Scheme+"://"+u.Host))
	}
	return e, nil
}

// authority returns settings that trust the certificates of a file; nil if it has
// none.
func authority(pem []byte) *tls.Config {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}
