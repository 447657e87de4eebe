package command_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

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
