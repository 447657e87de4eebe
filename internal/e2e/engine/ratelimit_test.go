package engine_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const limited = `
flow "f" {
  trigger "webhook" {
    path = "/f"
    mode = "sync"
    rate_limit {
      requests = 3
      per      = "24h"
      key      = webhook.headers["X-Shop"]
    }
    response { body = "ok" }
  }
}`

// A flow that was removed leaves no counts: it begins anew when it comes back.
func TestRateLimitOfARemovedFlow(t *testing.T) {
	t.Parallel()
	d := newDurable(t, limited)
	call := func() int { return d.post("/f", `{}`, "X-Shop", "lamps").status }
	for range 3 {
		call()
	}
	if got := call(); got != http.StatusTooManyRequests {
		t.Fatalf("above the rate: %d", got)
	}
	for _, text := range []string{strings.ReplaceAll(limited, `flow "f"`, `flow "g"`), limited} {
		d.write(text)
		if l := d.g.Reload("test"); !l.OK {
			t.Fatal(l.Diags)
		}
		if got := call(); got != http.StatusOK {
			t.Errorf("after the reload: %d", got)
		}
	}
}

// TestRateLimit: each key has its rate, also after a reload, and a flood of
// requests above it leaves a limited number of records.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	began := clock.System{}.Now()
	d := newDurable(t, limited)
	for i := range 3 {
		got := d.post("/f", `{}`, "X-Shop", "lamps")
		if got.status != http.StatusOK || got.header.Get("RateLimit-Policy") != `"default";q=3;w=86400` {
			t.Errorf("request %d got %d %v", i+1, got.status, got.header)
		}
		if left := got.header.Get("RateLimit"); !strings.HasPrefix(left, `"default";r=`+strconv.Itoa(2-i)+";t=") {
			t.Errorf("request %d: RateLimit is %s", i+1, left)
		}
	}
	if l := d.g.Reload("test"); !l.OK {
		t.Fatal(l.Diags)
	}
	for range 200 {
		got := d.post("/f", `{}`, "X-Shop", "lamps")
		wait, err := strconv.Atoi(got.header.Get("Retry-After"))
		if got.status != http.StatusTooManyRequests || err != nil || wait < 1 || wait > 28800 || !strings.HasPrefix(got.header.Get("RateLimit"), `"default";r=0;t=`) {
			t.Fatalf("above the rate: %d %s %v", got.status, got.body, got.header)
		}
	}
	if got := d.post("/f", `{}`, "X-Shop", "chairs"); got.status != http.StatusOK {
		t.Errorf("another key got %d", got.status)
	}
	if n := seriesValue(t, d.g, "gateway_requests_total", map[string]string{"flow": "f", "outcome": "rate_limited", "status": "429"}); n != 200 {
		t.Errorf("%v refused requests are counted", n)
	}
	d.stop()
	page, err := d.store.List(t.Context(), store.ListQuery{Filter: store.Filter{States: []store.State{store.Refused}}, Limit: 500})
	if err != nil || len(page.Runs) < 50 || len(page.Runs) > mostRecorded(began) {
		t.Errorf("the history has %d of 200 refused requests: %v", len(page.Runs), err)
	}
}

// mostRecorded returns how many refused requests of a flow the history may have if
// the first one came after a time: 50 at once, and 5 in each second.
func mostRecorded(began time.Time) int {
	return 51 + int(5*clock.Since(clock.System{}, began).Seconds())
}
