package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

const pausedFlows = `
flow "slow" {
  trigger "webhook" { path = "/slow" }
  action "http" "a" { url = "OUT/a" }
}
flow "now" {
  trigger "webhook" {
    path = "/now"
    mode = "sync"
    response { body = "done" }
  }
}
flow "inner" {
  trigger "flow" {}
  action "stop" "s" { output = "in" }
}
flow "caller" {
  trigger "webhook" {
    path = "/caller"
    mode = "sync"
    response { body = "called" }
  }
  action "flow" "c" { flow = "inner" }
}
`

// operate sends a request to the admin API that must succeed.
func (d *durable) operate(path string) string {
	d.t.Helper()
	got := d.admin(http.MethodPost, path)
	if got.Code != http.StatusOK {
		d.t.Fatalf("%s answered %d: %s", path, got.Code, got.Body)
	}
	return got.Body.String()
}

// TestPausedFlow: a paused flow accepts async runs and starts none, also after a
// restart; what executes ends.
func TestPausedFlow(t *testing.T) {
	t.Parallel()
	d := newDurable(t, pausedFlows)
	release := d.outside.hold("/a")
	first := d.accept("/slow", `{}`)
	d.changed.Await(t, "the first is under way", func() bool { return d.outside.count("/a") == 1 })
	d.operate("/api/v1/flows/slow/pause")
	release()
	d.await(first, store.Succeeded)
	second := d.accept("/slow", `{}`)
	d.await(second, store.Queued)
	d.restart()
	if l := d.g.Reload("test"); !l.OK {
		t.Fatal(l.Diags)
	}
	third := d.accept("/slow", `{}`)
	shown := d.admin(http.MethodGet, "/api/v1/runs/"+third).Body.String()
	if !strings.Contains(shown, `"flow \"slow\" is paused"`) {
		t.Errorf("the waiting run does not say why: %s", shown)
	}
	if metrics := d.admin(http.MethodGet, "/metrics").Body.String(); !strings.Contains(metrics, "gateway_flow_paused{flow=\"slow\"} 1") || strings.Contains(metrics, "gateway_flow_paused{flow=\"now\"}") {
		t.Error("the metric does not say which flow is paused")
	}
	if status := d.admin(http.MethodGet, "/api/v1/status").Body.String(); !strings.Contains(status, "\"paused\": [\n    \"slow\"\n  ]") {
		t.Errorf("the status does not say which flow is paused: %s", status)
	}
	for _, id := range []string{second, third} {
		d.await(id, store.Queued)
	}
	if n := d.outside.count("/a"); n != 1 {
		t.Errorf("the paused flow executed %d runs, want 1", n)
	}
	d.operate("/api/v1/flows/slow/resume")
	d.await(second, store.Succeeded)
	d.await(third, store.Succeeded)
}

// TestPausedSyncFlow: callers of a paused sync flow, and of a flow that calls a
// paused one and waits, get 503 with the time after which to try again.
func TestPausedSyncFlow(t *testing.T) {
	t.Parallel()
	d := newDurable(t, pausedFlows)
	for flow, path := range map[string]string{"now": "/now", "inner": "/caller"} {
		d.operate("/api/v1/flows/" + flow + "/pause")
		got := d.post(path, `{}`)
		if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") != "60" || !strings.Contains(got.body, "The flow is paused.") {
			t.Errorf("%s answered %d %v: %s", path, got.status, got.header, got.body)
		}
		d.operate("/api/v1/flows/" + flow + "/resume")
		if got := d.post(path, `{}`); got.status != http.StatusOK {
			t.Errorf("%s answered %d after it was resumed: %s", path, got.status, got.body)
		}
	}
}
