package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

// oneAction returns an async flow that calls /act, with more attributes of its
// trigger.
func oneAction(more string) string {
	return `
flow "f" {
  trigger "webhook" {
    path = "/f"
    ` + more + `
  }
  action "http" "act" {
    url  = "OUT/act"
    body = webhook.raw
  }
}`
}

func TestAcceptsNothingWithoutItsStore(t *testing.T) {
	t.Parallel()
	d := newDurable(t, oneAction(""))
	d.store.down.Store(true)
	for range 5 {
		if r := d.post("/f", `{}`); r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" {
			t.Errorf("without the store the answer is %d %v", r.status, r.header)
		}
	}
	d.store.down.Store(false)
	d.await(d.accept("/f", `{}`), store.Succeeded)
	if n := d.outside.count("/act"); n != 1 {
		t.Errorf("%d runs were done, and one was accepted", n)
	}
}

// Readiness fails while the store cannot write.
func TestReadyNeedsStore(t *testing.T) {
	t.Parallel()
	d := newDurable(t, oneAction(""))
	d.adminAPI = func() http.Handler { return newAdminAPI(d.g, d.store) } // one remembers its last probe for a while
	for _, down := range []bool{false, true, false} {
		d.store.down.Store(down)
		want := http.StatusOK
		if down {
			want = http.StatusServiceUnavailable
		}
		if got := d.admin(http.MethodGet, "/readyz").Code; got != want {
			t.Errorf("/readyz answers %d with the store down: %v; want %d", got, down, want)
		}
		if got := d.admin(http.MethodGet, "/healthz").Code; got != http.StatusOK {
			t.Errorf("/healthz answers %d with the store down: %v", got, down)
		}
	}
}

func TestRunsOutlastTroubleOfTheStore(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "f" {
  trigger "webhook" { path = "/f" }
  action "http" "a" { url = "OUT/a" }
  action "http" "b" { url = "OUT/b" }
}`)
	release := d.outside.hold("/a")
	id := d.accept("/f", `{}`)
	d.changed.Await(t, "a is under way", func() bool { return d.outside.count("/a") == 1 })
	d.store.down.Store(true)
	release()
	d.changed.Await(t, "the run waits for the store", func() bool { return d.store.tried.Load() >= 2 })
	if n := d.outside.count("/b"); n != 0 {
		t.Errorf("b was done %d times before it was kept that a was", n)
	}
	d.store.down.Store(false)
	d.await(id, store.Succeeded)
	if a, b := d.outside.count("/a"), d.outside.count("/b"); a != 1 || b != 1 {
		t.Errorf("a was done %d times and b %d times", a, b)
	}
}

func TestFullQueue(t *testing.T) {
	t.Parallel()
	cases := []struct {
		overflow string
		status   int // of the third request
		second   store.State
	}{
		{"reject", http.StatusServiceUnavailable, store.Succeeded},
		{"drop_oldest", http.StatusOK, store.Cancelled},
	}
	for _, c := range cases {
		t.Run(c.overflow, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, oneAction(fmt.Sprintf("concurrency {\nmax = 1\nqueue = 1\noverflow = %q\n}", c.overflow)))
			release := d.outside.hold("/act")
			first := d.accept("/f", `1`)
			d.changed.Await(t, "the first is under way", func() bool { return d.outside.count("/act") == 1 })
			second := d.accept("/f", `2`)
			third := d.post("/f", `3`)
			if third.status != c.status || (c.status == http.StatusServiceUnavailable) != (third.header.Get("Retry-After") != "") {
				t.Errorf("the third request got %d %v", third.status, third.header)
			}
			release()
			d.await(first, store.Succeeded)
			run := d.await(second, c.second)
			if c.second == store.Cancelled {
				if run.Cause.Reason != store.ReasonDropped {
					t.Errorf("the second was cancelled for %q", run.Cause.Reason)
				}
				d.await(third.run(), store.Succeeded)
			}
			if n := d.outside.count("/act"); n != 2 {
				t.Errorf("%d runs were done", n)
			}
			wantDropped(d, "f", c.second == store.Cancelled)
		})
	}
}

// wantDropped checks that the metrics count one run as dropped, or none.
func wantDropped(d *durable, flow string, dropped bool) {
	d.t.Helper()
	want := -1.0 // no series: none was dropped
	if dropped {
		want = 1
	}
	if n := seriesValue(d.t, d.g, "gateway_runs_total", map[string]string{"flow": flow, "state": "dropped"}); n != want {
		d.t.Errorf("%v runs are counted as dropped, want %v", n, want)
	}
}

// TestFullQueueOfACalledFlow: a run that another flow starts drops the oldest, too.
func TestFullQueueOfACalledFlow(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "called" {
  trigger "flow" {
    concurrency {
      max      = 1
      queue    = 1
      overflow = "drop_oldest"
    }
  }
  action "http" "act" { url = "OUT/act" }
}
flow "f" {
  trigger "webhook" { path = "/f" }
  action "flow" "start" {
    flow = "called"
    wait = false
  }
}`)
	release := d.outside.hold("/act")
	d.await(d.accept("/f", `1`), store.Succeeded)
	d.changed.Await(t, "the first is under way", func() bool { return d.outside.count("/act") == 1 })
	for range 2 {
		d.await(d.accept("/f", `2`), store.Succeeded)
	}
	wantDropped(d, "called", true)
	release()
	d.changed.Await(t, "the third is under way", func() bool { return d.outside.count("/act") == 2 })
}

func TestOrderAndConcurrency(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "ordered" {
  trigger "webhook" {
    path     = "/ordered"
    order_by = webhook.body.key
  }
  action "http" "act" {
    url  = "OUT/${webhook.body.key}"
    body = "${webhook.body.n}"
  }
}
flow "bounded" {
  trigger "webhook" {
    path = "/bounded"
    concurrency { max = 3 }
  }
  action "http" "act" { url = "OUT/bounded" }
}`)
	release := d.outside.hold("/bounded")
	var wg sync.WaitGroup
	for k := range 4 {
		wg.Go(func() {
			for n := range 15 {
				d.post("/ordered", fmt.Sprintf(`{"key": "k%d", "n": "%d"}`, k, n))
				d.post("/bounded", `{}`)
			}
		})
	}
	wg.Wait()
	d.changed.Await(t, "three are under way", func() bool { return d.outside.count("/bounded") == 3 })
	release()
	d.changed.Await(t, "all are done", func() bool {
		open, err := d.store.Depths(context.Background())
		return err == nil && len(open) == 0
	})
	for k := range 4 {
		path := fmt.Sprintf("/k%d", k)
		if got, most := strings.Join(d.outside.bodies(path), " "), d.outside.most(path); got != "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14" || most != 1 {
			t.Errorf("%s was called for %s, %d at once", path, got, most)
		}
	}
	if n, most := d.outside.count("/bounded"), d.outside.most("/bounded"); n != 60 || most != 3 {
		t.Errorf("%d runs were done, %d at once", n, most)
	}
}

func TestBacklogLeavesPlacesForCallers(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
gateway {
  egress { allow = ["127.0.0.1"] }
  limits { runs = 4 }
}
flow "slow" {
  trigger "webhook" { path = "/slow" }
  action "http" "act" { url = "OUT/slow" }
}
flow "sync" {
  trigger "webhook" {
    path = "/sync"
    mode = "sync"
  }
  action "http" "act" { url = "OUT/sync" }
}`)
	release := d.outside.hold("/slow")
	for range 10 {
		d.accept("/slow", `{}`)
	}
	d.changed.Await(t, "the backlog has its share", func() bool { return d.outside.count("/slow") == 3 })
	for range 10 {
		if r := d.post("/sync", `{}`); r.status != http.StatusOK {
			t.Errorf("a caller got %d: %s", r.status, r.body)
		}
	}
	release()
	d.changed.Await(t, "the backlog is done", func() bool { return d.outside.count("/slow") == 10 })
	if n := d.outside.most("/slow"); n > 3 {
		t.Errorf("%d runs of the backlog were done at once", n)
	}
}

func TestCancelledRunStops(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "f" {
  trigger "webhook" { path = "/f" }
  action "http" "a" { url = "OUT/a" }
  action "http" "b" { url = "OUT/b" }
  on_error {
    action "http" "failed" { url = "OUT/failed" }
  }
}`)
	release := d.outside.hold("/a")
	id := d.accept("/f", `{}`)
	d.changed.Await(t, "a is under way", func() bool { return d.outside.count("/a") == 1 })
	if err := d.store.Cancel(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	release()
	d.stop() // waits for runs in flight
	d.await(id, store.Cancelled)
	if b, failed := d.outside.count("/b"), d.outside.count("/failed"); b != 0 || failed != 0 {
		t.Errorf("after it was cancelled b was done %d times and on_error %d times", b, failed)
	}
}

// Some queued runs are claimed after their flow has changed. They run by the
// new flow.
func TestQueuedRunsFollowChangedFlow(t *testing.T) {
	t.Parallel()
	text := oneAction("concurrency {\n      max = 1\n    }")
	d := newDurable(t, text)
	release := d.outside.hold("/act")
	first := d.accept("/f", "1")
	d.changed.Await(t, "the first is under way", func() bool { return d.outside.count("/act") == 1 })
	second := d.accept("/f", "2")
	release()
	d.await(first, store.Succeeded)
	d.await(second, store.Succeeded)
	release = d.outside.hold("/act")
	third := d.accept("/f", "3")
	d.changed.Await(t, "the third is under way", func() bool { return d.outside.count("/act") == 3 })
	fourth := d.accept("/f", "4")
	d.write(strings.Replace(text, "webhook.raw", `"changed ${webhook.raw}"`, 1))
	if diags := d.g.Reload("test").Diags; diags.HasErrors() {
		t.Fatal(diags)
	}
	release()
	d.await(third, store.Succeeded)
	d.await(fourth, store.Succeeded)
	if got, want := d.outside.bodies("/act"), []string{"1", "2", "3", "changed 4"}; !slices.Equal(got, want) {
		t.Errorf("the actions sent %q, want %q", got, want)
	}
}
