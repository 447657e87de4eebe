package engine_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"testing"
)

var (
	tableName = regexp.MustCompile("(?m)^\\| `(gateway_[a-z_]+)` \\|")
	familyOf  = regexp.MustCompile(`(?m)^# TYPE (gateway_[a-z_]+) `)
)

// TestGuideListsMetrics compares the table of metrics in the guide on operating
// with the metrics of a gateway.
func TestGuideListsMetrics(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../../docs/guide/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := firstGroups(tableName, string(guide))
	shown := firstGroups(familyOf, scrape(t))
	if len(shown) < 10 {
		t.Fatalf("the gateway shows %q", shown)
	}
	for _, name := range shown {
		if !slices.Contains(listed, name) {
			t.Errorf("the guide does not list %s", name)
		}
	}
	for _, name := range listed {
		// They are missing where nothing is queued, repeated, paused or traced.
		later := []string{
			"gateway_queue_runs", "gateway_queue_oldest_timestamp_seconds", "gateway_action_retries_total", "gateway_flow_paused",
			"gateway_certificate_expiry_timestamp_seconds", "gateway_failure_window_runs", "gateway_failure_starts_total", "gateway_trace_spans_sent_total", "gateway_trace_spans_dropped_total",
		}
		if !slices.Contains(shown, name) && !slices.Contains(later, name) {
			t.Errorf("there is no %s", name)
		}
	}
}

func firstGroups(re *regexp.Regexp, text string) []string {
	var out []string
	for _, m := range re.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// scrape returns the metrics of a gateway that has answered one request.
func scrape(t *testing.T) string {
	t.Helper()
	d := newDurable(t, `flow "orders" {
  trigger "webhook" {
    path = "/orders"
    mode = "sync"
    response {}
  }
  action "log" "seen" { message = "an order" }
}`)
	call(d.g, "POST", "/orders", "{}")
	w := httptest.NewRecorder()
	d.g.MetricsHandler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	return w.Body.String()
}
