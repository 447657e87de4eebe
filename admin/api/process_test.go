package api_test

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/problem"
	"github.com/webhook-gateway/gateway/internal/testutil/admintest"
)

func TestFlows(t *testing.T) {
	t.Parallel()
	l := withAPI(admintest.New(t, `gateway {
  public_url = "https://hooks.example.com/in/"
}
flow "orders" {
  label       = "Shop orders"
  description = "Takes orders."
  trigger "webhook" {
    path    = "/orders/{name}/büro"
    methods = ["POST", "PUT"]
  }
  action "log" "note" {
    message = "hi"
  }
  on_error {
    action "log" "sorry" {
      message = "sorry"
    }
  }
}
flow "hidden" {
  enabled = false
  trigger "webhook" {}
}
flow "silent" {
  trigger "flow" {}
}
flow "welcome" {
  trigger "tag" {
    tag = "new"
  }
}
`))
	got := ask[ops.FlowList](l, "GET", "/api/v1/flows", 200)
	addresses := snapshot.Addresses(l.Gateway.LastLoad().Config, l.Options.Key)
	made := addresses[1].Path
	for i, f := range l.Gateway.LastLoad().Config.Flows {
		if f.Version == "" || got.Flows[i].Version != f.Version {
			t.Errorf("flow %q has version %q, and the list says %q", f.Name, f.Version, got.Flows[i].Version)
		}
		got.Flows[i].Version = ""
	}
	want := []ops.Flow{
		{
			Name: "orders", Label: "Shop orders", Description: "Takes orders.", Enabled: true, Trigger: "webhook", File: "flows/main.hcl", Line: 4,
			Methods: []string{"POST", "PUT"}, Path: "/orders/{name}/b%C3%BCro", URL: "https://hooks.example.com/in/orders/{name}/b%C3%BCro",
			Actions: []ops.Action{{Kind: "log", Name: "note", Line: 11}, {Kind: "log", Name: "sorry", Line: 15}},
		},
		{
			Name: "hidden", Label: "hidden", Trigger: "webhook", File: "flows/main.hcl", Line: 20,
			Methods: []string{"POST"}, Path: made, URL: "https://hooks.example.com/in" + made, Actions: []ops.Action{},
		},
		{Name: "silent", Label: "silent", Enabled: true, Trigger: "flow", File: "flows/main.hcl", Line: 24, Actions: []ops.Action{}},
		{Name: "welcome", Label: "welcome", Enabled: true, Trigger: "tag", File: "flows/main.hcl", Line: 27, Tag: "new", Actions: []ops.Action{}},
	}
	if diff := cmp.Diff(want, got.Flows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The list of flows has the next time of a schedule.
func TestFlowsNextTime(t *testing.T) {
	t.Parallel()
	l := withAPI(admintest.New(t, `flow "f" {
  trigger "schedule" {
    cron     = "0 7 * * *"
    timezone = "Europe/Berlin"
  }
}
`))
	got := ask[ops.FlowList](l, "GET", "/api/v1/flows", 200)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	next := got.Flows[0].Next
	if at := next.In(berlin); at.Hour() != 7 || at.Minute() != 0 || !next.After(time.Now()) {
		t.Errorf("the next time is %s", next)
	}
}

// Without a public URL the listener's address stands in URLs, with the scheme
// that is in use since the start.
func TestFlowsOfAListener(t *testing.T) {
	t.Parallel()
	l := withAPI(admintest.NewWithoutStore(t, syncFlow))
	public, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- l.Gateway.Run(t.Context(), public) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil { // the context of the test has ended
			t.Error(err)
		}
	})
	base := "http://" + public.Addr().String()
	if res, err := http.Get(base + "/nowhere"); err != nil || res.Body.Close() != nil { // now it serves
		t.Fatal(err)
	}
	for _, step := range []struct{ settings, want string }{
		{"", base + "/x"},
		{"public_url = \"http://a.example\"", "http://a.example/x"},
		{"listen = \":1234\"", base + "/x"},
	} {
		l.Write("gateway {\n" + step.settings + "\n}\n" + syncFlow)
		l.Gateway.Reload("test")
		if got := ask[ops.FlowList](l, "GET", "/api/v1/flows", 200); got.Flows[0].URL != step.want {
			t.Errorf("%q: the URL is %s, want %s", step.settings, got.Flows[0].URL, step.want)
		}
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	l := withAPI(admintest.NewWithoutStore(t, syncFlow))
	if f := ask[ops.Findings](l, "POST", "/-/reload", 200); !f.Valid || f.Errors != 0 {
		t.Errorf("%+v", f)
	}
	l.Write("flow")
	if f := ask[ops.Findings](l, "POST", "/-/reload", 422); f.Valid || f.Errors != 1 || !strings.Contains(string(f.Diagnostics[0]), `"filename": "flows/main.hcl"`) {
		t.Errorf("%+v", f)
	}
	s := ask[ops.Status](l, "GET", "/api/v1/status", 200)
	if s.Reload.Cause != "api" || s.Reload.OK || s.Reload.Since == nil || s.Reload.Diagnostics.Errors != 1 || s.Version != admintest.Version || s.Flows != 1 || !s.Ready || s.Started.IsZero() {
		t.Errorf("%+v", s)
	}
	l.Gateway.Close()
	if code, body := l.call("POST", "/-/reload"); code != 422 || !strings.Contains(body, "closed") {
		t.Errorf("%d %s", code, body)
	}
	ask[problem.Document](l, "GET", "/api/v1/flows", 503)
	ask[problem.Document](l, "GET", "/readyz", 503)
	if s := ask[ops.Status](l, "GET", "/api/v1/status", 200); s.Ready || s.Flows != 0 {
		t.Errorf("%+v", s)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	l := withAPI(admintest.NewWithoutStore(t, syncFlow))
	code, body := l.call("GET", "/metrics")
	for _, want := range []string{"gateway_build_info{", "gateway_runs_in_flight 0", "go_goroutines", "process_start_time_seconds"} {
		if code != 200 || !strings.Contains(body, want) {
			t.Errorf("%d: no %s", code, want)
		}
	}
}

// Paths reach a route only as they are written: the mux redirects none.
func TestPaths(t *testing.T) {
	t.Parallel()
	l := withAPI(admintest.NewWithoutStore(t, syncFlow))
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/healthz", 200},
		{"HEAD", "/healthz", 200},
		{"HEAD", "/api/v1/status", 200},
		{"GET", "/%68ealthz", 200},
		{"POST", "/healthz", 405},
		{"HEAD", "/-/reload", 405},
		{"GET", "/healthz/", 404},
		{"GET", "//healthz", 404},
		{"GET", "/x/../healthz", 404},
		{"GET", "/healthz/../api/v1/status", 404},
		{"GET", "/api/v1/contacts/", 404},
		{"GET", "/api/v1/runs/a/b", 404},
		{"GET", "/api/v1/runs/retry", 405},
		{"GET", "/", 404},
	} {
		if code, body := l.call(c.method, c.path); code != c.want {
			t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, code, c.want, body)
		}
	}
}
