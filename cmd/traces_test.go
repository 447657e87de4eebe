package cmd

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/trace"
)

func newTraceEnv(pairs ...string) *traceEnv {
	vars := map[string]string{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		vars["OTEL_"+name] = value
	}
	return &traceEnv{env: func(name string) (string, bool) { v, ok := vars[name]; return v, ok }}
}

// wantWarnings compares the beginnings of the warnings.
func (t *traceEnv) wantWarnings(tt *testing.T, want ...string) {
	tt.Helper()
	if len(t.warnings) != len(want) {
		tt.Fatalf("warnings %q, want %q", t.warnings, want)
	}
	for i, w := range want {
		if !strings.HasPrefix(t.warnings[i], w) {
			tt.Errorf("warning %q, want %q", t.warnings[i], w)
		}
	}
}

func TestTracesAreSwitchedOn(t *testing.T) {
	t.Parallel()
	const endpoint = "EXPORTER_OTLP_ENDPOINT=http://c:4318/"
	for _, c := range []struct {
		name     string
		env      []string
		url      string // "" for no traces
		warnings []string
	}{
		{"nothing is set", nil, "", nil},
		{"an endpoint", []string{endpoint}, "http://c:4318/v1/traces", nil},
		{"an endpoint with a path", []string{"EXPORTER_OTLP_ENDPOINT=https://c/otlp"}, "https://c/otlp/v1/traces", nil},
		{"an endpoint of traces", []string{endpoint, "EXPORTER_OTLP_TRACES_ENDPOINT=http://t/own"}, "http://t/own", nil},
		{"the exporter", []string{"TRACES_EXPORTER=otlp"}, "http://localhost:4318/v1/traces", nil},
		{"no exporter", []string{endpoint, "TRACES_EXPORTER=none"}, "", nil},
		{"another exporter", []string{endpoint, "TRACES_EXPORTER=zipkin"}, "", []string{"OTEL_TRACES_EXPORTER=zipkin is not supported"}},
		{"disabled", []string{endpoint, "SDK_DISABLED=TRUE"}, "", nil},
		{"not disabled", []string{endpoint, "SDK_DISABLED=no"}, "http://c:4318/v1/traces", nil},
		{"gRPC", []string{endpoint, "EXPORTER_OTLP_PROTOCOL=grpc"}, "", []string{"OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not supported, and no traces are sent"}},
		{"JSON for traces", []string{endpoint, "EXPORTER_OTLP_PROTOCOL=grpc", "EXPORTER_OTLP_TRACES_PROTOCOL=http/json"}, "http://c:4318/v1/traces", nil},
		{"protobuf", []string{endpoint, "EXPORTER_OTLP_PROTOCOL=http/protobuf"}, "http://c:4318/v1/traces", []string{"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf is not supported: the gateway sends http/json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, got := newTraceEnv(c.env...), ""
			if e.enabled() {
				var err error
				if got, err = e.endpoint(); err != nil {
					t.Fatal(err)
				}
			}
			if got != c.url {
				t.Errorf("URL %q, want %q", got, c.url)
			}
			e.wantWarnings(t, c.warnings...)
		})
	}
}

func TestTraceSamplers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, arg string
		want      trace.Sampler
		warnings  []string
	}{
		{"", "", trace.Sampler{Ratio: 1}, nil},
		{"always_on", "", trace.Sampler{Ratio: 1}, nil},
		{"always_off", "", trace.Sampler{}, nil},
		{"traceidratio", "0.25", trace.Sampler{Ratio: 0.25}, nil},
		{"traceidratio", "", trace.Sampler{Ratio: 1}, nil},
		{"parentbased_always_on", "", trace.Sampler{ByParent: true, Ratio: 1}, nil},
		{"parentbased_always_off", "", trace.Sampler{ByParent: true}, nil},
		{"parentbased_traceidratio", "0", trace.Sampler{ByParent: true}, nil},
		{"traceidratio", "2", trace.Sampler{Ratio: 1}, []string{"OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1"}},
		{"traceidratio", "NaN", trace.Sampler{Ratio: 1}, []string{"OTEL_TRACES_SAMPLER_ARG must be"}},
		{"xray", "", trace.Sampler{Ratio: 1}, []string{"OTEL_TRACES_SAMPLER=xray is not supported"}},
		{"parentbased_jaeger_remote", "", trace.Sampler{Ratio: 1}, []string{"OTEL_TRACES_SAMPLER=parentbased_jaeger_remote is not supported"}},
	} {
		e := newTraceEnv("TRACES_SAMPLER="+c.name, "TRACES_SAMPLER_ARG="+c.arg)
		if got := e.sampler(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
		e.wantWarnings(t, c.warnings...)
	}
}

func TestTraceLists(t *testing.T) {
	t.Parallel()
	e := newTraceEnv("EXPORTER_OTLP_HEADERS=api-key=a%3Db, Other = 1 ,,wrong,x=%zz,bad=a%0D%0Ab", "RESOURCE_ATTRIBUTES=service.name=shop,team=a%20b", "SERVICE_NAME=")
	if diff := cmp.Diff(http.Header{"Api-Key": {"a=b"}, "Other": {"1"}}, e.headers()); diff != "" {
		t.Error(diff)
	}
	e.wantWarnings(t, "OTEL_EXPORTER_OTLP_HEADERS: the entry number 4 is left out", "OTEL_EXPORTER_OTLP_HEADERS: the entry number 5", "OTEL_EXPORTER_OTLP_HEADERS: the header number 3 is left out")
	for _, w := range e.warnings {
		if strings.Contains(w, "zz") || strings.Contains(w, "bad") {
			t.Errorf("the warning shows a value: %s", w)
		}
	}
	texts := func(attrs []trace.Attr) (out []string) {
		for _, a := range attrs {
			out = append(out, a.Key+"="+a.Text)
		}
		return out
	}
	want := []string{"service.name=shop", "service.version=1.2", "team=a b", "telemetry.sdk.language=go", "telemetry.sdk.name=gateway", "telemetry.sdk.version=1.2"}
	if diff := cmp.Diff(want, texts(e.resource("1.2"))); diff != "" {
		t.Error(diff)
	}
	e = newTraceEnv("RESOURCE_ATTRIBUTES=service.name=shop", "SERVICE_NAME=orders")
	if got := texts(e.resource("1.2")); !slices.Contains(got, "service.name=orders") || slices.Contains(got, "service.name=shop") {
		t.Errorf("%v", got)
	}
	if got := texts(newTraceEnv().resource("1.2")); !slices.Contains(got, "service.name=gateway") {
		t.Errorf("%v", got)
	}
}

func TestTraceNumbers(t *testing.T) {
	t.Parallel()
	e := newTraceEnv("A=7", "B=0", "C=x", "D=1500", "E=99999999999")
	if e.number("OTEL_A", 1, 9) != 7 || e.number("OTEL_B", 1, 9) != 1 || e.number("OTEL_C", 1, 9) != 1 || e.number("OTEL_NONE", 3, 9) != 3 {
		t.Error("numbers")
	}
	if e.millis(time.Second, "OTEL_NONE", "OTEL_D") != 1500*time.Millisecond || e.millis(time.Second, "OTEL_NONE") != time.Second || e.millis(time.Second, "OTEL_E") != time.Second {
		t.Error("times")
	}
	e.wantWarnings(t, `OTEL_B must be a number from 1 to 9, not "0": it is 1`, "OTEL_C must be", "OTEL_E must be")
}

func TestTraceExporterErrors(t *testing.T) {
	t.Parallel()
	o := &gateway.Options{Clock: clock.System{}, Log: zap.NewNop(), Version: "1.2"}
	for _, c := range []struct{ env, want string }{
		{"EXPORTER_OTLP_ENDPOINT=collector:4318", "OTEL_EXPORTER_OTLP_ENDPOINT must be a URL"},
		{"EXPORTER_OTLP_ENDPOINT=http://u:hush@c", "OTEL_EXPORTER_OTLP_ENDPOINT must be a URL"},
		{"EXPORTER_OTLP_TRACES_ENDPOINT=ftp://c", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must be a URL"},
	} {
		_, err := newTraceEnv(c.env).exporter(o)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", c.env, err)
		}
	}
	for file, want := range map[string]string{"/nowhere": "reading OTEL_EXPORTER_OTLP_CERTIFICATE", "traces_test.go": "OTEL_EXPORTER_OTLP_CERTIFICATE names a file without a certificate"} {
		if _, err := newTraceEnv("TRACES_EXPORTER=otlp", "EXPORTER_OTLP_CERTIFICATE="+file).exporter(o); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
	e := newTraceEnv("TRACES_EXPORTER=otlp", "EXPORTER_OTLP_CLIENT_KEY=x", "EXPORTER_OTLP_COMPRESSION=zstd")
	if got, err := e.exporter(o); got == nil || err != nil {
		t.Errorf("%v", err)
	}
	e.wantWarnings(t, "OTEL_EXPORTER_OTLP_CLIENT_KEY is not supported", "OTEL_EXPORTER_OTLP_COMPRESSION=zstd is not supported")
	if got, err := newTraceEnv().exporter(o); got != nil || err != nil {
		t.Errorf("an exporter without an endpoint: %v", err)
	}
}
