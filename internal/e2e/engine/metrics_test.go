package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/webhook-gateway/gateway/gateway"
)

func contextOf(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithCancel(r.Context())
}

// metricsText returns the lines of the gateway's own metrics, as /metrics has
// them.
func metricsText(g *gateway.Gateway) []string {
	var out []string
	for line := range strings.Lines(call(g.MetricsHandler(), "GET", "/metrics", "").Body.String()) {
		if strings.HasPrefix(line, "gateway_") || strings.HasPrefix(line, "# HELP gateway_") || strings.HasPrefix(line, "# TYPE gateway_") {
			out = append(out, line)
		}
	}
	return out
}

// sample is one series of a metric.
type sample struct {
	labels map[string]string
	value  float64 // of a histogram the number of observations
}

// samplesOf returns the series of a metric.
func samplesOf(t testing.TB, g *gateway.Gateway, name string) []sample {
	t.Helper()
	shape := regexp.MustCompile(`^` + name + `(?:_count)?(?:\{(.*)\})? (\S+)\n$`)
	label := regexp.MustCompile(`(\w+)="([^"]*)"`)
	var out []sample
	for _, line := range metricsText(g) {
		m := shape.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		s := sample{labels: map[string]string{}}
		for _, l := range label.FindAllStringSubmatch(m[1], -1) {
			s.labels[l[1]] = l[2]
		}
		var err error
		if s.value, err = strconv.ParseFloat(m[2], 64); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// seriesValue adds up the series of a metric that have the labels: counters and
// gauges by their value, histograms by the number of observations. It returns -1
// if there are none.
func seriesValue(t testing.TB, g *gateway.Gateway, name string, labels map[string]string) float64 {
	t.Helper()
	sum, found := 0.0, false
	for _, s := range samplesOf(t, g, name) {
		fits := true
		for k, v := range labels {
			fits = fits && s.labels[k] == v
		}
		if fits {
			found = true
			sum += s.value
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
	lines := metricsText(g)
	problems, err := promlint.New(strings.NewReader(strings.Join(lines, ""))).Lint()
	if types := strings.Count(strings.Join(lines, ""), "# TYPE "); err != nil || types < 14 {
		t.Fatalf("%v; %d metrics", err, types)
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
		{"gateway_runs_total", map[string]string{"flow": "x", "state": "failed"}, -1},
		{"gateway_run_duration_seconds", map[string]string{"flow": "x"}, 3},
		{"gateway_actions_total", map[string]string{"action": "skipped", "state": "skipped"}, 3},
		{"gateway_actions_total", map[string]string{"action": "f", "state": "failed"}, 3},
		{"gateway_actions_total", map[string]string{"action": "a", "state": "succeeded"}, 3},
		{"gateway_action_duration_seconds", map[string]string{"kind": "say"}, -1},
		{"gateway_action_duration_seconds", map[string]string{"kind": "fail"}, 3},
		{"gateway_action_retries_total", map[string]string{"action": "f"}, -1},
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
	if series := len(samplesOf(t, g, "gateway_requests_total")); series > 64+10 {
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
	old := one("", "action \"say\" \"old\" {\n  message = \"\"\n}\n"+holding)
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
	call(g, "POST", "/x", "")
	if seriesValue(t, g, "gateway_runs_total", map[string]string{"flow": "y"}) != 1 {
		t.Error("series of a new flow are not there")
	}
}
