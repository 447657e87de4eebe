package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
)

func TestRunValueBeforeAnyAction(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	r := l.start(`action "do" "a" {}`)
	r.Event = event{"x"}
	r.Started = time.Date(2026, 1, 2, 3, 4, 5, 600, time.FixedZone("", 3600))
	if got := r.Value("run").(map[string]any); got["started_at"] != "2026-01-02T02:04:05.0000006Z" {
		t.Errorf("run is %v", got)
	}
	if got := r.Value("flow").(map[string]any); got["name"] != "test" || got["label"] != "test" {
		t.Errorf("flow is %v", got)
	}
	if got := r.Value("webhook").(map[string]any); got["body"] != "x" {
		t.Errorf("webhook is %v", got)
	}
}

func TestFailure(t *testing.T) {
	t.Parallel()
	place := hcl.Range{Filename: "f.hcl", Start: hcl.Pos{Line: 3}}
	e := flow.AsError(fmt.Errorf("while: %w", &expr.Error{Range: place, Summary: "Wrong type", Detail: "A bool is needed."}))
	if e.Class != flow.Invalid || e.Message != "Wrong type: A bool is needed." || e.Range != place {
		t.Errorf("%+v", e)
	}
	if e := flow.AsError(errBroken); e.Error() != "broken" || !errors.Is(e, errBroken) {
		t.Errorf("%+v", e)
	}
}

func TestCheckHeader(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"X-A": "b", "x_a.b~1": "", "Content-Type": "text/plain; charset=\"utf-8\"", "X-Tab": "a\tb", "X-Text": "grüße"} {
		if err := flow.CheckHeader(name, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	cases := []struct{ name, text, want string }{
		{"", "x", "has no name"},
		{"X A", "x", `begins with "X"`},
		{"X-A: hidden", "", `begins with "X-A"`},
		{"ü", "x", `begins with ""`},
		{"content-length", "1", "written by the gateway"},
		{"Transfer-Encoding", "chunked", "written by the gateway"},
		{"X-A", "a\r\nX-B: hidden", "line break"},
		{"X-A", "hidden\x00", "control character"},
		{"X-A", "hidden\x7f", "control character"},
	}
	for _, c := range cases {
		err := flow.CheckHeader(c.name, c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%q %q: %v", c.name, c.text, err)
		}
	}
}
