package engine_test

import (
	"net/http"
	"testing"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const ignores = `
flow "push" {
  trigger "webhook" {
    path = "/push"
    when = webhook.headers["X-Event"] == "push" && flow.name == "push"
    variable "ref" { type = string }
    dedupe { key = webhook.headers["X-Id"] }
  }
  action "http" "act" { url = "OUT/act" }
}
flow "fails" {
  trigger "webhook" {
    path = "/fails"
    when = webhook.body.event.type == "paid"
  }
  action "http" "act" { url = "OUT/act" }
}`

// TestIgnoredRequests: a request for which the condition is false takes no dedupe
// key and starts no run. The history has a limited number of them, apart from
// refused requests.
func TestIgnoredRequests(t *testing.T) {
	t.Parallel()
	began := clock.System{}.Now()
	d := newDurable(t, ignores)
	ping := d.post("/push", `{"zen": "x"}`, "X-Event", "ping", "X-Id", "1")
	if ping.status != http.StatusOK || ping.body != "" || ping.header.Get("Gateway-Ignored") != "true" {
		t.Errorf("the ping got %+v", ping)
	}
	push := d.post("/push", `{"ref": "main"}`, "X-Event", "push", "X-Id", "1")
	if push.status != http.StatusOK || push.header.Get("Gateway-Ignored") != "" || isReplay(push) {
		t.Errorf("the push got %+v", push)
	}
	d.await(push.run(), store.Succeeded)
	for range 199 {
		d.post("/push", `{"zen": "x"}`, "X-Event", "ping")
	}
	failed := d.post("/fails", `{}`)
	if failed.status != http.StatusInternalServerError {
		t.Errorf("a condition that fails gives %+v", failed)
	}
	if n := seriesValue(t, d.g, "gateway_requests_total", map[string]string{"flow": "push", "outcome": "ignored", "status": "200"}); n != 200 {
		t.Errorf("%v ignored requests are counted", n)
	}
	d.stop() // writes waiting entries
	if run := d.await(ping.run(), store.Ignored); run.Status != http.StatusOK || run.Cause.Reason != "ignored" {
		t.Errorf("the history has the ping as %+v", run)
	}
	if run := d.await(failed.run(), store.Refused); run.Cause.Reason != "undecided" {
		t.Errorf("the history has the failure as %+v", run)
	}
	checkIgnored(t, d, mostRecorded(began))
}

// checkIgnored checks that the history has at least 50 requests and at most some, and
// how many runs there were.
func checkIgnored(t *testing.T, d *durable, most int) {
	t.Helper()
	page, err := d.store.List(t.Context(), store.ListQuery{Filter: store.Filter{States: []store.State{store.Ignored}}, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(page.Runs); n < 50 || n > most {
		t.Errorf("the history has %d of 200 ignored requests", n)
	}
	if n := d.outside.count("/act"); n != 1 {
		t.Errorf("%d runs acted", n)
	}
}
