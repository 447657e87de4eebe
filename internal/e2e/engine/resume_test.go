package engine_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

func TestDelayHoldsNoWorker(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
gateway {
  egress { allow = ["127.0.0.1"] }
  limits { runs = 1 }
}
flow "slow" {
  trigger "webhook" { path = "/slow" }
  action "http" "before" { url = "OUT/before" }
  action "branch" "way" {
    case "taken" {
      when = run.attempt == 1
      action "delay" "wait" { for = webhook.body.wait }
      action "http" "inside" { url = "OUT/inside" }
    }
    default {
      action "http" "other" { url = "OUT/other" }
    }
  }
  action "http" "after" { url = "OUT/after" }
}
flow "quick" {
  trigger "webhook" { path = "/quick" }
  action "http" "act" { url = "OUT/act" }
}`)
	var slow []string
	for range 3 {
		slow = append(slow, d.accept("/slow", `{"wait": "1h"}`))
	}
	for _, id := range slow {
		d.await(id, store.Waiting)
	}
	d.await(d.accept("/quick", `{}`), store.Succeeded)
	if n := d.outside.count("/inside"); n != 0 {
		t.Errorf("%d runs did not wait", n)
	}
	d.restart()
	d.clock.forward(time.Hour)
	for _, id := range slow {
		if run := d.await(id, store.Succeeded); run.Attempt != 1 {
			t.Errorf("run %s took %d attempts", id, run.Attempt)
		}
	}
	for path, want := range map[string]int{"/before": 3, "/inside": 3, "/after": 3, "/other": 0} {
		if n := d.outside.count(path); n != want {
			t.Errorf("%s was called %d times, not %d", path, n, want)
		}
	}
}

// TestTimeoutCountsDelays: docs/reference/action-delay.md says that waits count in
// the timeouts around.
func TestTimeoutCountsDelays(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "f" {
  trigger "webhook" { path = "/f" }
  action "loop" "each" {
    for_each = webhook.body.waits
    timeout  = "20h"
    action "delay" "wait" { for = each.value }
  }
}`)
	id := d.accept("/f", `{"waits": ["1h", "19h"]}`)
	d.await(id, store.Waiting)
	d.restart()
	d.clock.forward(time.Hour)
	run := d.await(id, store.Failed)
	if run.Cause.Reason != flow.ReasonTimeout || run.Cause.Action != "wait" || run.Cause.Message != `the wait of 19h would outlast the timeout of action "each", 20h` {
		t.Errorf("%+v", run.Cause)
	}
	d.await(d.accept("/f", `{"waits": ["1ms", "1ms"]}`), store.Succeeded)
}

// A run is stopped in a branch and behind an action. It resumes there although
// the conditions of both are now false.
func TestResumesInsideBranch(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "f" {
  trigger "webhook" { path = "/f" }
  retry {
    attempts = 2
    initial  = "1ms"
  }
  action "http" "first" {
    url  = "OUT/first"
    when = run.attempt == 1
  }
  action "branch" "way" {
    case "early" {
      when = run.attempt == 1
      action "http" "inside" { url = "OUT/inside" }
      action "http" "breaks" {
        url  = "OUT/breaks"
        json = { first = action.first.body.echo, inside = action.inside.body.echo }
      }
    }
    default {
      action "http" "other" { url = "OUT/other" }
    }
  }
  on_error {
    action "http" "failed" { url = "OUT/failed" }
  }
}`)
	d.outside.fail("/breaks", 1)
	d.await(d.accept("/f", `{}`), store.Succeeded)
	want := map[string]int{"/first": 1, "/inside": 1, "/breaks": 2, "/other": 0, "/failed": 0}
	for path, n := range want {
		if got := d.outside.count(path); got != n {
			t.Errorf("%s was called %d times, not %d", path, got, n)
		}
	}
	for _, body := range d.outside.bodies("/breaks") {
		if body != `{"first":"first","inside":"inside"}` {
			t.Errorf("it was called with %s", body)
		}
	}
}

const retried = `
flow "f" {
  trigger "webhook" { path = "/f" }
  retry {
    attempts = 3
    initial  = "1ms"
  }
  action "http" "one" { url = "OUT/one" }
  action "http" "may" {
    url      = "OUT/may"
    on_error = "continue"
  }
  action "http" "two" {
    url  = "OUT/two"
    json = { attempt = run.attempt, may = action.may }
  }
  on_error {
    action "http" "failed" {
      url  = "OUT/failed"
      json = { attempt = run.attempt, action = error.action, class = error.class }
    }
  }
}`

func TestRetryOfRuns(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		fails  int // of action two
		state  store.State
		twos   []string
		failed []string
	}{
		{"in the end it works", 2, store.Succeeded, []string{`{"attempt":1,"may":null}`, `{"attempt":2,"may":null}`, `{"attempt":3,"may":null}`}, nil},
		{
			"it never works", 9, store.Failed,
			[]string{`{"attempt":1,"may":null}`, `{"attempt":2,"may":null}`, `{"attempt":3,"may":null}`},
			[]string{`{"action":"two","attempt":3,"class":"transient"}`},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, retried)
			d.outside.fail("/may", 1)
			d.outside.fail("/two", c.fails)
			run := d.await(d.accept("/f", `{}`), c.state)
			if run.Attempt != 3 {
				t.Errorf("it took %d attempts", run.Attempt)
			}
			if one, may := d.outside.count("/one"), d.outside.count("/may"); one != 1 || may != 1 {
				t.Errorf("one was done %d times, and what failed and was passed over %d times", one, may)
			}
			if got := d.outside.bodies("/two"); strings.Join(got, " ") != strings.Join(c.twos, " ") {
				t.Errorf("two was called with %v", got)
			}
			if got := d.outside.bodies("/failed"); strings.Join(got, " ") != strings.Join(c.failed, " ") {
				t.Errorf("on_error called with %v", got)
			}
			if c.state == store.Failed && (run.Cause.Action != "two" || run.Cause.Class != "transient") {
				t.Errorf("the cause is %+v", run.Cause)
			}
		})
	}
}

func TestAnswerThenContinue(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "s" {
  trigger "webhook" {
    path = "/s"
    mode = "sync"
    dedupe { key = webhook.headers["X-Id"] }
  }
  action "http" "before" { url = "OUT/before" }
  action "respond" "ok" {
    status = 202
    json   = { before = action.before.body.echo }
    then   = "continue"
  }
  action "http" "after" {
    url  = "OUT/after"
    json = { before = action.before.body.echo, run = run.id }
  }
  action "http" "last" { url = "OUT/last" }
}`)
	d.opts.ShutdownTimeout = time.Millisecond
	d.restart()
	release := d.outside.hold("/after")
	first := d.post("/s", `{}`, "X-Id", "1")
	if first.status != http.StatusAccepted || first.body != `{"before":"before"}` {
		t.Fatalf("the answer is %+v", first)
	}
	d.changed.Await(t, "the rest is under way", func() bool { return d.outside.count("/after") == 1 })
	again := d.post("/s", `{}`, "X-Id", "1")
	if again.body != first.body || !isReplay(again) || again.run() != first.run() {
		t.Errorf("a repeat got %+v", again)
	}
	d.restart()
	release()
	run := d.await(first.run(), store.Succeeded)
	if run.Attempt != 1 || run.Status != http.StatusAccepted {
		t.Errorf("the run took %d attempts, and was answered with %d", run.Attempt, run.Status)
	}
	for path, want := range map[string]int{"/before": 1, "/after": 2, "/last": 1} { // after was cut off once
		if n := d.outside.count(path); n != want {
			t.Errorf("%s was called %d times, not %d", path, n, want)
		}
	}
	for _, body := range d.outside.bodies("/after") {
		if body != `{"before":"before","run":"`+first.run()+`"}` {
			t.Errorf("the rest called with %s", body)
		}
	}
	d.store.down.Store(true)
	if r := d.post("/s", `{}`, "X-Id", "2"); r.status < 500 {
		t.Errorf("where the rest can't be kept the answer is %+v", r)
	}
	d.store.down.Store(false)
	if n := d.outside.count("/after"); n != 2 {
		t.Errorf("the rest was done that was not kept")
	}
}
