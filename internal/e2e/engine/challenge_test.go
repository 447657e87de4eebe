package engine_test

import (
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

const challenged = `
secret "token" { env = "TOKEN" }
flow "verified" {
  trigger "webhook" {
    path = "/verified"
    challenge "meta" { verify_token = secret.token }
    variable "n" { type = number }
  }
  action "http" "act" { url = "OUT/act" }
}
flow "named" {
  trigger "webhook" {
    path    = "/{name}"
    methods = ["GET"]
    mode    = "sync"
    response { body = "named" }
  }
}`

// TestChallenges: an answered challenge is counted, and neither a run nor a record.
func TestChallenges(t *testing.T) {
	t.Parallel()
	d := newDurable(t, challenged)
	const query = "/verified?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
	for name, c := range map[string]struct {
		method, path string
		status       int
		body         string // "" for any
	}{
		"challenge":     {"GET", query + "hush-hush-TOKEN", 200, "1158201444"},
		"another token": {"GET", query + "guess", 403, ""},
		"no challenge":  {"GET", "/verified", 405, ""},
		"probe":         {"HEAD", "/verified", 200, ""},
		"general path":  {"GET", "/other", 200, "named"},
	} {
		got := d.send(c.method, c.path, "")
		if got.status != c.status || c.body != "" && got.body != c.body || got.header.Get("Gateway-Run") == "" {
			t.Errorf("%s: got %d %s %v", name, got.status, got.body, got.header)
		}
	}
	for outcome, want := range map[string]float64{"challenge": 1, "challenge_refused": 1, "method_not_allowed": 1, "probe": 1} {
		if n := seriesValue(t, d.g, "gateway_requests_total", map[string]string{"outcome": outcome}); n != want {
			t.Errorf("%v requests count as %s, want %v", n, outcome, want)
		}
	}
	if got := d.send("POST", query+"hush-hush-TOKEN", ""); got.status != 422 {
		t.Errorf("a delivery with the query of a challenge got %d %s", got.status, got.body)
	}
	d.stop()
	page, err := d.store.List(t.Context(), store.ListQuery{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for _, r := range page.Runs {
		states[string(r.State)]++
	}
	// The refusals: another token, no challenge, and the delivery without n.
	if states[string(store.Refused)] != 3 || states[string(store.Succeeded)] != 1 || len(states) != 2 {
		t.Errorf("the history has %v", states)
	}
}
