package command_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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

// exported is the name and the labels of each series that a gateway exports.
type exported []exportedSeries

type exportedSeries struct {
	name   string
	labels map[string]string
}

var (
	// OpenMetrics has exemplars after the value.
	seriesShape = regexp.MustCompile(`(?m)^([a-zA-Z_][a-zA-Z0-9_]*)(?:\{(.*?)\})? [-+0-9.eINa]+(?: # \{.*)?$`)
	labelShape  = regexp.MustCompile(`(\w+)(=~|!~|!=|=)"([^"]*)"`)
)

func parseExported(text string) exported {
	out := exported{{"up", map[string]string{}}} // Prometheus adds it
	for _, m := range seriesShape.FindAllStringSubmatch(text, -1) {
		s := exportedSeries{m[1], map[string]string{}}
		for _, l := range labelShape.FindAllStringSubmatch(m[2], -1) {
			s.labels[l[1]] = l[3]
		}
		out = append(out, s)
	}
	return out
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

// scrapeAs reads the metrics as a scraper that accepts a format.
func scrapeAs(t *testing.T, p *process, format string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.admin+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", format)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";"); got != format {
		t.Fatalf("asked for %s, and got %s", format, got)
	}
	return string(text)
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

// find returns a word for what an expression asks for and the gateway does not
// export; "" if there is all.
func (e exported) find(expr string) string {
	labels := []string{"job", "instance", "le"} // of Prometheus and of histograms
	for _, m := range selectorShape.FindAllStringSubmatch(expr, -1) {
		found := slices.IndexFunc(e, func(s exportedSeries) bool { return s.name == m[1] })
		if found < 0 {
			return "no metric " + m[1]
		}
		if !slices.ContainsFunc(e, func(s exportedSeries) bool { return s.name == m[1] && s.matches(m[2]) }) {
			return "no series " + m[1] + m[2]
		}
		for l := range e[found].labels {
			labels = append(labels, l)
		}
	}
	for _, m := range groupShape.FindAllStringSubmatch(expr, -1) {
		for _, l := range strings.Split(m[1], ",") {
			if l = strings.TrimSpace(l); !slices.Contains(labels, l) {
				return "no label " + l
			}
		}
	}
	return ""
}

var (
	selectorShape = regexp.MustCompile(`\b((?:gateway|process|go)_[a-z_]+|up)\b(\{[^}]*\})?`)
	groupShape    = regexp.MustCompile(`\b(?:by|without|on|ignoring) ?\(([^)]*)\)`)
	legendShape   = regexp.MustCompile(`\{\{(\w+)\}\}`)
)

// matches reports whether a series has the labels of a selector, apart from those
// that Prometheus adds.
func (s exportedSeries) matches(selector string) bool {
	for _, m := range labelShape.FindAllStringSubmatch(selector, -1) {
		value, exists := s.labels[m[1]]
		if m[1] == "job" {
			continue
		}
		want := regexp.MustCompile("^(?:" + strings.ReplaceAll(m[3], "$flow", ".*") + ")$")
		if !exists || want.MatchString(value) != (m[2] == "=" || m[2] == "=~") {
			return false
		}
	}
	return true
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

func firstGroups(re *regexp.Regexp, text string) []string {
	var out []string
	for _, m := range re.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// promtool runs the tool of Prometheus.
func promtool(t *testing.T, args ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("promtool")
	if err != nil {
		const message = "promtool is missing; scripts/setup installs it, with the Debian package prometheus"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	text, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput() //nolint:gosec // of the machine
	return string(text), err
}

// TestAlertRules runs the tests of the alert rules, and checks that there is one for
// each alert.
func TestAlertRules(t *testing.T) {
	t.Parallel()
	if text, err := promtool(t, "test", "rules", monitoring+"alerts_test.yml"); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	rules, err := os.ReadFile(monitoring + "alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	tests, err := os.ReadFile(monitoring + "alerts_test.yml")
	if err != nil {
		t.Fatal(err)
	}
	alerts := firstGroups(regexp.MustCompile(`(?m)^ +- alert: (\w+)$`), string(rules))
	fired := firstGroups(regexp.MustCompile(`alertname: (\w+)\n +exp_alerts:`), string(tests))
	for _, alert := range alerts {
		if !slices.Contains(fired, alert) {
			t.Errorf("no test has the alert %s fire", alert)
		}
	}
	if len(alerts) < 10 {
		t.Errorf("%d alerts", len(alerts))
	}
}

// TestDashboardExpressions has Prometheus parse each expression of the dashboard, as
// a rule that records it.
func TestDashboardExpressions(t *testing.T) {
	t.Parallel()
	check := func(exprs ...string) (string, error) {
		var rules bytes.Buffer
		rules.WriteString("groups:\n- name: dashboard\n  rules:\n")
		for i, expr := range exprs {
			quoted, err := json.Marshal(strings.ReplaceAll(expr, "$__rate_interval", "5m"))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = fmt.Fprintf(&rules, "  - {record: 'dashboard:%d', expr: %s}\n", i, quoted)
		}
		path := filepath.Join(t.TempDir(), "dashboard.yml")
		if err := os.WriteFile(path, rules.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return promtool(t, "check", "rules", path)
	}
	d := readDashboard(t)
	if text, err := check(d.exprs()...); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	if text, err := check("sum(rate(gateway_requests_total))"); err == nil {
		t.Errorf("promtool accepts what is no expression:\n%s", text)
	}
}
