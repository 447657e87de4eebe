package telemetry_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/tracetest"
	"github.com/webhook-gateway/gateway/internal/trace"
)

// manyFlows returns flows of three actions each, two of them of one kind.
func manyFlows(n int) []*flow.Flow {
	flows := make([]*flow.Flow, n)
	for i := range flows {
		flows[i] = &flow.Flow{Name: fmt.Sprintf("flow_with_a_name_%d", i), Actions: flow.List{
			{Name: "pick", Kind: "transform"}, {Name: "send", Kind: "http"}, {Name: "tell", Kind: "http"},
		}}
	}
	return flows
}

func scrape(t *testing.T, m *telemetry.Metrics, accept string) (header http.Header, body string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, r)
	return w.Header(), w.Body.String()
}

// TestIdleFlowsHaveNoSeries: ten thousand flows that have done nothing add nothing.
func TestIdleFlowsHaveNoSeries(t *testing.T) {
	t.Parallel()
	m, flows := newMetrics(), manyFlows(10_000)
	series := m.AddFlows(flows, true)
	if _, text := scrape(t, m, ""); len(text) > 1<<20 || strings.Contains(text, "flow_with_a_name") {
		t.Errorf("%d bytes", len(text))
	}
	series[flows[7].Name].ObserveRun(flow.Failed, now(), time.Second, nil)
	_, text := scrape(t, m, "")
	if !strings.Contains(text, `gateway_runs_total{flow="flow_with_a_name_7",state="failed"} 1`) || strings.Contains(text, `state="succeeded"`) {
		t.Error("the series are not those of what happened")
	}
	m.RemoveFlows(flows)
	if _, text := scrape(t, m, ""); strings.Contains(text, "flow_with_a_name") {
		t.Error("flows that were removed have series")
	}
}

// TestTimesOfActions: a histogram by kind, or by action if the settings say so.
func TestTimesOfActions(t *testing.T) {
	t.Parallel()
	for perAction, want := range map[bool]string{
		false: "map[/http:2 /transform:1]", true: "map[/pick/transform:1 /send/http:1 /tell/http:1]",
	} {
		m, flows := newMetrics(), manyFlows(1)
		f := m.AddFlows(flows, perAction)[flows[0].Name]
		for _, s := range flows[0].Actions {
			f.ObserveAction(&flow.Record{Step: s, State: flow.Succeeded, Took: time.Second, Attempts: 1})
		}
		got := map[string]float64{}
		for labels, n := range series(t, m, "gateway_action_duration_seconds") {
			action, rest, _ := strings.Cut(strings.TrimPrefix(labels, "/"), "/")
			if kind := strings.TrimPrefix(rest, flows[0].Name); action == "" {
				got[kind] = n
			} else {
				got["/"+action+kind] = n
			}
		}
		if fmt.Sprint(got) != want {
			t.Errorf("per_action = %v: %v, want %s", perAction, got, want)
		}
		if n := len(series(t, m, "gateway_actions_total")); n != 3 {
			t.Errorf("%d series of actions", n)
		}
		next := []*flow.Flow{{Name: flows[0].Name, Actions: flows[0].Actions[:1]}}
		m.AddFlows(next, perAction)
		m.RemoveFlows(flows)
		if n := len(series(t, m, "gateway_actions_total")); n != 1 {
			t.Errorf("%d series of actions after two were removed", n)
		}
	}
}

// TestFormats: a scraper gets the format for which it asks.
func TestFormats(t *testing.T) {
	t.Parallel()
	m, flows := newMetrics(), manyFlows(1)
	f := m.AddFlows(flows, false)[flows[0].Name]
	span := trace.New(&tracetest.Recorder{}, trace.Sampler{Ratio: 1}, clock.System{}).Root("run", trace.Internal)
	f.ObserveRequest("succeeded", 200, now(), time.Second, span)
	h, text := scrape(t, m, "application/openmetrics-text;version=1.0.0")
	if !strings.HasPrefix(h.Get("Content-Type"), "application/openmetrics-text") || !strings.Contains(text, `# {trace_id="`+span.Context().Trace.String()+`"} 1.0`) {
		t.Errorf("OpenMetrics without an exemplar: %s", h.Get("Content-Type"))
	}
	if _, text = scrape(t, m, "text/plain"); strings.Contains(text, "trace_id") {
		t.Error("the text format has no exemplars")
	}
	h, _ = scrape(t, m, "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	if !strings.HasPrefix(h.Get("Content-Type"), "application/vnd.google.protobuf") {
		t.Errorf("%s", h.Get("Content-Type"))
	}
	families, err := m.Registry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == "gateway_request_duration_seconds" && len(family.GetMetric()[0].GetHistogram().GetPositiveSpan()) == 0 {
			t.Error("no native histogram")
		}
	}
}
