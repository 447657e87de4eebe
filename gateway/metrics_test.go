package gateway

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

func contextOf(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithCancel(r.Context())
}

// seriesValue adds up the series of a metric that have the labels: counters and
// gauges by their value, histograms by the number of observations. It returns -1
// if there are none.
func seriesValue(t testing.TB, g *Gateway, name string, labels map[string]string) float64 {
	t.Helper()
	families, err := g.metrics.Registry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum, found := 0.0, false
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			has := map[string]string{}
			for _, l := range m.GetLabel() {
				has[l.GetName()] = l.GetValue()
			}
			fits := true
			for k, v := range labels {
				fits = fits && has[k] == v
			}
			if fits {
				found = true
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	if !found {
		return -1
	}
	return sum
}

func TestMetricsKeepTheConventions(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", "action \"say\" \"a\" {\n  message = \"hi\"\n}"))
	g := l.start()
	call(g, "POST", "/x", "")
	call(g, "POST", "/y", "")
	families, err := g.metrics.Registry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	ours := families[:0]
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "gateway_") {
			ours = append(ours, f)
		}
	}
	problems, err := promlint.NewWithMetricFamilies(ours).Lint()
	if err != nil || len(ours) < 14 {
		t.Fatalf("%v; %d families", err, len(ours))
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestMetricsCount(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", "action \"say\" \"skipped\" {\n  when = false\n  message = \"\"\n}\naction \"fail\" \"f\" {\n  on_error = \"continue\"\n}\naction \"answer\" \"a\" {}"))
	g := l.start()
	for range 3 {
		call(g, "POST", "/x", "")
	}
	call(g, "GET", "/x", "")
	cases := []struct {
		name   string
		labels map[string]string
		want   float64
	}{
		{"gateway_requests_total", map[string]string{"flow": "x", "outcome": "succeeded", "status": "200"}, 3},
		{"gateway_requests_total", map[string]string{"flow": "", "outcome": "method_not_allowed", "status": "405"}, 1},
		{"gateway_request_duration_seconds", map[string]string{"flow": "x"}, 3},
		{"gateway_runs_total", map[string]string{"flow": "x", "state": "succeeded"}, 3},
		{"gateway_runs_total", map[string]string{"flow": "x", "state": "failed"}, 0},
		{"gateway_run_duration_seconds", map[string]string{"flow": "x"}, 3},
		{"gateway_actions_total", map[string]string{"action": "skipped", "state": "skipped"}, 3},
		{"gateway_actions_total", map[string]string{"action": "f", "state": "failed"}, 3},
		{"gateway_actions_total", map[string]string{"action": "a", "state": "succeeded"}, 3},
		{"gateway_action_duration_seconds", map[string]string{"action": "skipped"}, 0},
		{"gateway_action_duration_seconds", map[string]string{"action": "f"}, 3},
		{"gateway_action_retries_total", map[string]string{"action": "f"}, 0},
		{"gateway_runs_in_flight", nil, 0},
		{"gateway_flows", nil, 1},
		{"gateway_build_info", map[string]string{"version": "1.2.3"}, 1},
		{"gateway_config_reloads_total", map[string]string{"result": "success"}, 1},
		{"gateway_config_reloads_total", map[string]string{"result": "failure"}, 0},
		{"gateway_config_last_reload_successful", nil, 1},
	}
	for _, c := range cases {
		if got := seriesValue(t, g, c.name, c.labels); got != c.want {
			t.Errorf("%s%v = %v, want %v", c.name, c.labels, got, c.want)
		}
	}
}

// A caller that chooses statuses must not fill the memory with series.
func TestMetricsAreBounded(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", "action \"answer\" \"a\" {\n  status = req.body\n}"))
	g := l.start()
	for status := 200; status < 600; status++ {
		if w := call(g, "POST", "/x", fmt.Sprint(status)); w.Code != status {
			t.Fatalf("%d: %d %s", status, w.Code, w.Body)
		}
	}
	for range 100 {
		call(g, "POST", "/nowhere", "")
	}
	series := 0
	families, _ := g.metrics.Registry().Gather()
	for _, f := range families {
		if f.GetName() == "gateway_requests_total" {
			series = len(f.GetMetric())
		}
	}
	if series > 64+10 {
		t.Errorf("%d series", series)
	}
	if n := seriesValue(t, g, "gateway_requests_total", nil); n != 500 {
		t.Errorf("%v of 500 requests counted", n)
	}
	if n := seriesValue(t, g, "gateway_requests_total", map[string]string{"status": "5xx"}); n < 90 {
		t.Errorf("%v requests counted by class", n)
	}
}

// The series of a removed flow or action stay until its last run has ended. Then
// they are deleted for good.
func TestMetricsLeaveWithTheirFlow(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	old := one("", holding+"\naction \"say\" \"old\" {\n  message = \"\"\n}")
	l.write(old)
	g := l.start()
	done := make(chan int)
	go func() { done <- call(g, "POST", "/x", "").Code }()
	<-l.entered
	l.write(strings.ReplaceAll(old, `"old"`, `"new"`))
	g.Reload("test")
	l.write(strings.ReplaceAll(one("", ""), `"x"`, `"y"`))
	g.Reload("test")
	has := func(labels map[string]string) bool { return seriesValue(t, g, "gateway_actions_total", labels) >= 0 }
	if has(map[string]string{"action": "new"}) || !has(map[string]string{"action": "old"}) {
		t.Error("series of an unused action stayed, or those of a used one did not")
	}
	l.release <- struct{}{}
	if code := <-done; code != 200 {
		t.Errorf("the run ended with %d", code)
	}
	if has(map[string]string{"flow": "x"}) || seriesValue(t, g, "gateway_requests_total", map[string]string{"flow": "x"}) >= 0 {
		t.Error("series of a flow that is gone stayed")
	}
	if seriesValue(t, g, "gateway_runs_total", map[string]string{"flow": "y"}) < 0 {
		t.Error("series of a new flow are not there")
	}
}
