package engine_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// failing has flows that fail, one that is told of it, fails too and causes other
// failures, and one that counts all of them.
const failing = `
flow "orders" {
  trigger "webhook" { path = "/orders" }
  action "stop" "s" {
    status  = "failed"
    message = "order ${webhook.body.n} has no stock"
  }
}
flow "now" {
  trigger "webhook" {
    path = "/now"
    mode = "sync"
  }
  action "stop" "s" {
    status  = "failed"
    message = "not now"
  }
}
flow "alert" {
  trigger "failure" {
    after  = 3
    within = "1h"
  }
  action "tag" "t" {
    contact = "ops@example.com"
    add     = ["alerted"]
  }
  action "flow" "c" {
    flow = "called"
    wait = false
  }
  action "http" "told" {
    url  = "OUT/alert"
    json = failure
  }
  action "stop" "s" {
    status  = "failed"
    message = "the alert fails too"
  }
}
flow "called" {
  trigger "flow" {}
  action "stop" "s" { status = "failed" }
}
flow "tagged" {
  trigger "tag" {
    tag      = "alerted"
    throttle = "0s"
  }
  action "stop" "s" { status = "failed" }
}
flow "probe" {
  trigger "failure" { after = 1000000 }
  action "log" "l" { message = "never" }
}
`

// forgetful is a store that loses the first note that a window has started its flow,
// as if the gateway had died before.
type forgetful struct {
	store.Store
	marks *atomic.Int64
}

func (f forgetful) MarkWindowFired(ctx context.Context, watcher string, begin time.Time) error {
	if f.marks.Add(1) == 1 {
		return &store.UnavailableError{Err: io.ErrShortWrite}
	}
	return f.Store.MarkWindowFired(ctx, watcher, begin)
}

// newFailing returns a gateway with the flows failing that is not started. A database
// is that of a server; "" is SQLite.
func newFailing(t *testing.T, database string, marks *atomic.Int64) *durable {
	t.Helper()
	d := newStopped(t)
	d.write(failing)
	open := d.open
	if database != "" {
		d.opts.Clock = signaltest.PatientClock{}
		open = func() (store.Store, error) {
			return postgres.Open(context.Background(), database, postgres.Options{Clock: signaltest.PatientClock{}})
		}
	}
	d.open = func() (store.Store, error) {
		s, err := open()
		return forgetful{s, marks}, err
	}
	return d
}

// awaitFailed waits until a number of runs of a flow have failed, and returns them.
func (d *durable) awaitFailed(name string, n int) []store.Summary {
	d.t.Helper()
	var runs []store.Summary
	d.changed.Await(d.t, "runs of "+name+" have failed", func() bool {
		page, err := d.store.List(d.t.Context(), store.ListQuery{Filter: store.Filter{Flows: []string{name}, States: []store.State{store.Failed}}, Limit: 100})
		runs = page.Runs
		return err == nil && len(runs) >= n
	})
	return runs
}

// counted returns how many failures flow "probe" has counted.
func (d *durable) counted() int {
	d.t.Helper()
	got, err := d.store.CollectFailures(d.t.Context(), store.FailureWatch{Flow: "probe", After: 1, Length: 10 * time.Minute})
	if err != nil || got.Due == nil {
		return 0
	}
	return got.Due.Count
}

// TestFailureTrigger: the third failure starts the flow once, with two gateways, over a
// restart, and if a gateway dies after the start. What the flow causes counts for none.
func TestFailureTrigger(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func() string{
		"sqlite":   func() string { return "" },
		"postgres": func() string { return postgresServer.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var marks atomic.Int64
			at := database()
			d := newFailing(t, at, &marks)
			d.start()
			second := d
			if at != "" {
				second = newFailing(t, at, &marks)
				second.outside, second.changed = d.outside, d.changed
				second.write(failing)
				second.start()
			}
			first := d.accept("/orders", `{"n": 1}`)
			d.await(first, store.Failed)
			if got := second.post("/now", `{}`); got.status != 500 {
				t.Fatalf("the sync run answered %d", got.status)
			}
			d.awaitFailed("now", 1)
			d.restart()
			if n := d.outside.count("/alert"); n != 0 {
				t.Fatalf("two failures started %d runs", n)
			}
			d.accept("/orders", `{"n": 3}`)
			d.changed.Await(t, "the flow is told", func() bool { return d.outside.count("/alert") > 0 })
			d.changed.Await(t, "the window has started its flow", func() bool { return marks.Load() > 1 })
			d.awaitFailed("called", 1)
			d.awaitFailed("tagged", 1)
			d.awaitFailed("alert", 1)
			second.accept("/orders", `{"n": 4}`)
			d.awaitFailed("orders", 3)
			d.changed.Await(t, "the failures are counted", func() bool { return d.counted() == 4 })
			for _, flow := range []string{"alert", "called", "tagged"} {
				if runs := d.awaitFailed(flow, 1); len(runs) != 1 {
					t.Errorf("flow %s has %d runs, want 1", flow, len(runs))
				}
			}
			signaltest.Repeat(t, "the metrics show the window", func() bool {
				return strings.Contains(d.metricsText(), `gateway_failure_window_runs{flow="alert"} 4`)
			})
			const started = `gateway_failure_starts_total{flow="alert"} 1`
			if n := strings.Count(d.metricsText()+second.metricsText(), started); n != 1 && second != d || n != 2 && second == d {
				t.Errorf("%d of the gateways started the flow:\n%s", n, d.metricsText())
			}
			got := d.outside.bodies("/alert")
			if len(got) != 1 {
				t.Fatalf("told %d times: %q", len(got), got)
			}
			for _, want := range []string{
				`"count":3`, `"flow":null`, first,
				`{"action":"s","count":2,"flow":"orders","message":"order … has no stock"}`, `{"action":"s","count":1,"flow":"now","message":"not now"}`,
			} {
				if !strings.Contains(got[0], want) {
					t.Errorf("the flow did not read %s: %s", want, got[0])
				}
			}
		})
	}
}

func (d *durable) metricsText() string {
	d.t.Helper()
	return d.admin(http.MethodGet, "/metrics").Body.String()
}
