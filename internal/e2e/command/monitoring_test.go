package command_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/certtest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

const monitoring = "../../../examples/monitoring/"

// monitoredFlows cause each series that the dashboard and the alert rules show.
func monitoredFlows(target string) string {
	return fmt.Sprintf(`
gateway {
  egress { allow = ["127.0.0.1"] }
}
flow "fine" {
  trigger "webhook" {
    path = "/fine"
    mode = "sync"
    response {}
  }
  action "log" "seen" { message = "seen" }
}
flow "fails" {
  trigger "webhook" { path = "/fails" }
  action "http" "call" {
    url = %q
    retry {
      attempts = 2
      initial  = "1ms"
    }
  }
}
flow "closed" {
  trigger "webhook" {
    path = "/closed"
    auth "key" {}
  }
  action "log" "seen" { message = "seen" }
}
flow "rejects" {
  trigger "webhook" {
    path = "/rejects"
    concurrency { queue = 1 }
  }
  action "log" "seen" { message = "seen" }
}
flow "drops" {
  trigger "webhook" {
    path = "/drops"
    concurrency {
      queue    = 1
      overflow = "drop_oldest"
    }
  }
  action "log" "seen" { message = "seen" }
}`, target)
}

// startMonitored runs gateways to which everything has happened that the dashboard
// and the rules look at, and returns what they export in a format.
func startMonitored(t *testing.T, format string) exported {
	t.Helper()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
	}))
	t.Cleanup(broken.Close)
	s := newSite(t, monitoredFlows(broken.URL))
	s.env = []string{"GATEWAY_KEY=a-key-of-this-test", "OTEL_EXPORTER_OTLP_ENDPOINT=" + broken.URL}
	p := s.start(t)
	for _, flow := range []string{"rejects", "drops"} {
		adminCommand(t, p, "flows", "pause", flow)
	}
	for path, want := range map[string][]int{
		"/fine": {200}, "/fails": {200}, "/closed": {401}, "/rejects": {200, 503}, "/drops": {200, 200},
	} {
		for _, status := range want {
			if got := postStatus(t, p.base+path); got != status {
				t.Fatalf("%s answered %d, not %d", path, got, status)
			}
		}
	}
	var text string
	// A count of the queues from before the requests may be shown for a while.
	signaltest.Repeat(t, "the runs that failed and that wait are counted", func() bool {
		text = scrapeAs(t, p, format)
		return strings.Contains(text, `gateway_runs_total{flow="fails",state="failed"} 1`) &&
			strings.Contains(text, `gateway_queue_oldest_timestamp_seconds{flow="rejects"}`)
	})
	return parseExported(text + scrapeAs(t, startWithTLS(t), format))
}

// startWithTLS runs a gateway whose endpoints have a certificate.
func startWithTLS(t *testing.T) *process {
	t.Helper()
	pair, dir := certtest.New(t, "localhost"), t.TempDir()
	cert, key := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	for file, text := range map[string]string{cert: pair.Cert, key: pair.Key} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return newSite(t, fmt.Sprintf("gateway {\n  tls {\n    cert = %q\n    key  = %q\n  }\n}\n", cert, key)).start(t)
}

// adminCommand runs a command of the gateway against a process.
func adminCommand(t *testing.T, p *process, args ...string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = append(append([]string{"gateway"}, args...), "--admin", p.admin)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("gateway %s: %v\n%s", strings.Join(args, " "), err, text)
	}
}

func postStatus(t *testing.T, url string) int {
	t.Helper()
	res, err := http.Post(url, "application/json", strings.NewReader("{}")) //nolint:gosec // our own process
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

func get(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url) //nolint:gosec // our own process
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// dashboard is what the test reads of a dashboard of Grafana.
type dashboard struct {
	Panels []struct {
		Title   string
		Targets []struct{ Expr, LegendFormat string }
	}
	Templating  struct{ List []struct{ Query string } }
	Annotations struct{ List []struct{ Expr string } }
}

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	text, err := os.ReadFile(monitoring + "dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// exprs returns the expressions of the dashboard.
func (d *dashboard) exprs() []string {
	var out []string
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			out = append(out, target.Expr)
		}
	}
	for _, a := range d.Annotations.List {
		out = append(out, a.Expr)
	}
	return out
}

// TestMonitoringNamesExist: the dashboard and the alert rules name metrics, labels
// and values of labels that a gateway exports.
func TestMonitoringNamesExist(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text/plain", "application/openmetrics-text"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			checkMonitoringNames(t, startMonitored(t, format))
		})
	}
}

func checkMonitoringNames(t *testing.T, e exported) {
	t.Helper()
	d := readDashboard(t)
	rules, err := os.ReadFile(monitoring + "alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	exprs := append(d.exprs(), string(rules))
	for _, v := range d.Templating.List {
		exprs = append(exprs, v.Query)
	}
	if len(exprs) < 30 {
		t.Fatalf("%d expressions", len(exprs))
	}
	for _, expr := range exprs {
		if missing := e.find(expr); missing != "" {
			t.Errorf("%s, in: %s", missing, expr)
		}
	}
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			for _, m := range legendShape.FindAllStringSubmatch(target.LegendFormat, -1) {
				if !regexp.MustCompile(`\b` + m[1] + `\b`).MatchString(strings.Join(append(firstGroups(groupShape, target.Expr), "instance"), " ")) {
					t.Errorf("the legend of %q names %s, which the expression drops", p.Title, m[1])
				}
			}
		}
	}
	for expr, want := range map[string]string{
		"gateway_request_total":                    "no metric gateway_request_total",
		`gateway_runs_total{state="failure"}`:      `no series gateway_runs_total{state="failure"}`,
		"sum by (name) (gateway_runs_total)":       "no label name",
		`gateway_runs_total{flow=~"$flow", x="1"}`: `no series gateway_runs_total{flow=~"$flow", x="1"}`,
	} {
		if got := e.find(expr); got != want {
			t.Errorf("%s: %q", expr, got)
		}
	}
}
