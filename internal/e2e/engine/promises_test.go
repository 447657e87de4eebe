package engine_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// The tests of this file hold what a page of the reference promises. Their names
// begin with that of the page.

// TestFlowPageOnErrorWaits: a delay in on_error holds no worker and survives a
// restart. The list continues behind it, and nothing runs twice.
func TestFlowPageOnErrorWaits(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
gateway {
  egress { allow = ["127.0.0.1"] }
  limits { runs = 1 }
}
flow "called" {
  trigger "flow" {}
  action "http" "bad" { url = "OUT/bad" }
  on_error {
    action "http" "early" { url = "OUT/early" }
    action "delay" "wait" { for = "1h" }
    action "http" "late" {
      url  = "OUT/late"
      json = { class = error.class, action = error.action, early = action.early.body.echo }
    }
  }
}
flow "calls" {
  trigger "webhook" { path = "/calls" }
  action "flow" "call" { flow = "called" }
  on_error {
    action "delay" "moment" { for = "1ms" }
    action "http" "outer" { url = "OUT/outer" }
  }
}
flow "quick" {
  trigger "webhook" { path = "/quick" }
  action "http" "act" { url = "OUT/act" }
}`)
	d.outside.fail("/bad", 100)
	id := d.accept("/calls", `{}`)
	d.await(id, store.Waiting)
	d.await(d.accept("/quick", `{}`), store.Succeeded)
	d.restart()
	d.clock.forward(time.Hour)
	run := d.await(id, store.Failed)
	if run.Attempt != 1 || run.Cause.Action != "bad" || run.Cause.Class != "transient" {
		t.Errorf("attempt %d failed by %+v", run.Attempt, run.Cause)
	}
	for path, want := range map[string]int{"/bad": 1, "/early": 1, "/late": 1, "/outer": 1} {
		if n := d.outside.count(path); n != want {
			t.Errorf("%s was called %d times, not %d", path, n, want)
		}
	}
	for _, body := range d.outside.bodies("/late") {
		if body != `{"action":"bad","class":"transient","early":"early"}` {
			t.Errorf("it was called with %s", body)
		}
	}
}

// TestTriggerPageQueueCountsWaiting: runs that wait for a delay or for their next
// attempt count in the queue. drop_oldest cancels none of them, because they have
// started.
func TestTriggerPageQueueCountsWaiting(t *testing.T) {
	t.Parallel()
	for _, overflow := range []string{"reject", "drop_oldest"} {
		for kind, action := range map[string]string{
			"delay": `action "delay" "wait" { for = "1h" }`,
			"retry": `action "http" "bad" { url = "OUT/bad" }`,
		} {
			t.Run(overflow+" "+kind, func(t *testing.T) {
				t.Parallel()
				d := newDurable(t, `
flow "f" {
  trigger "webhook" {
    path = "/f"
    concurrency {
      queue    = 1
      overflow = "`+overflow+`"
    }
  }
  retry {
    initial = "1h"
    max     = "1h"
  }
  `+action+`
}`)
				d.outside.fail("/bad", 100)
				waits := d.accept("/f", `{}`)
				d.await(waits, store.Waiting)
				if r := d.post("/f", `{}`); r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" {
					t.Errorf("the second request got %d %v", r.status, r.header)
				}
				if err := d.store.Cancel(context.Background(), waits); err != nil {
					t.Fatal(err)
				}
				d.await(d.accept("/f", `{}`), store.Waiting)
			})
		}
	}
}

// TestCommandsPageRetryKeepsFallback: a run that an operator retries continues with
// the action that failed. Completed actions of its on_error list do not run again.
func TestCommandsPageRetryKeepsFallback(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "f" {
  trigger "webhook" { path = "/f" }
  action "http" "first" { url = "OUT/first" }
  action "http" "bad" { url = "OUT/bad" }
  on_error {
    action "http" "told" { url = "OUT/told" }
    action "http" "untold" { url = "OUT/untold" }
  }
}`)
	d.outside.fail("/bad", 2)
	d.outside.fail("/untold", 1)
	id := d.accept("/f", `{}`)
	d.await(id, store.Failed)
	for attempt, end := range []store.State{store.Failed, store.Succeeded} {
		if err := d.store.Requeue(t.Context(), id, store.RequeueOptions{}); err != nil {
			t.Fatal(err)
		}
		d.g.Wake()
		d.changed.Await(t, "the run is attempted again", func() bool { return d.outside.count("/bad") == attempt+2 })
		if run := d.await(id, end); run.Attempt != attempt+2 {
			t.Errorf("attempt %d is counted as %d", attempt+2, run.Attempt)
		}
	}
	for path, want := range map[string]int{"/first": 1, "/bad": 3, "/told": 1, "/untold": 2} {
		if n := d.outside.count(path); n != want {
			t.Errorf("%s was called %d times, not %d", path, n, want)
		}
	}
}

// TestAnswersPageTimeout: the caller gets 504 at the timeout of the trigger while
// the on_error list still runs, and the list ends afterwards. An answer that the
// list gives before is the answer.
func TestAnswersPageTimeout(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "called" {
  trigger "flow" {}
  action "http" "bad" { url = "OUT/bad" }
  on_error {
    action "http" "inner" { url = "OUT/inner" }
  }
}
flow "late" {
  trigger "webhook" {
    path    = "/late"
    mode    = "sync"
    timeout = "1s"
    dedupe { key = webhook.headers["X-Id"] }
  }
  action "http" "bad" { url = "OUT/bad" }
  on_error {
    action "http" "held" { url = "OUT/held" }
    action "respond" "own" { status = 418 }
  }
}
flow "calls" {
  trigger "webhook" {
    path    = "/calls"
    mode    = "sync"
    timeout = "1s"
  }
  action "flow" "call" { flow = "called" }
}
flow "early" {
  trigger "webhook" {
    path = "/early"
    mode = "sync"
  }
  action "http" "bad" { url = "OUT/bad" }
  on_error {
    action "respond" "own" { status = 418 }
  }
}`)
	d.outside.fail("/bad", 100)
	for path, held := range map[string]string{"/late": "/held", "/calls": "/inner"} {
		release := d.outside.hold(held)
		r := d.post(path, `{}`, "X-Id", "1")
		if r.status != http.StatusGatewayTimeout || r.run() == "" {
			t.Errorf("%s answered %d while on_error ran", path, r.status)
		}
		release()
		if run := d.await(r.run(), store.Failed); run.Status != http.StatusGatewayTimeout || run.Cause.Action != "bad" {
			t.Errorf("%s was recorded with %d and %+v", path, run.Status, run.Cause)
		}
	}
	if r := d.post("/early", `{}`); r.status != http.StatusTeapot {
		t.Errorf("an answer of on_error in time was %d", r.status)
	}
}

// TestAnswersPageDedupeAtOnce: of two requests with one dedupe key at once, the second
// gets 503 with Retry-After from a sync flow, and the response of the first from an
// async one. The flow runs once.
func TestAnswersPageDedupeAtOnce(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "sync" {
  trigger "webhook" {
    path = "/sync"
    mode = "sync"
    dedupe { key = webhook.headers["X-Id"] }
    response { status = 201 }
  }
  action "http" "act" { url = "OUT/sync" }
}
flow "async" {
  trigger "webhook" {
    path = "/async"
    dedupe { key = webhook.headers["X-Id"] }
    response { status = 202 }
  }
  action "http" "act" { url = "OUT/async" }
}`)
	release := d.outside.hold("/sync")
	first := make(chan reply, 1)
	go func() { first <- d.post("/sync", `{}`, "X-Id", "7") }()
	d.changed.Await(t, "the first request is under way", func() bool { return d.outside.count("/sync") == 1 })
	second := d.post("/sync", `{}`, "X-Id", "7")
	release()
	if second.status != http.StatusServiceUnavailable || second.header.Get("Retry-After") == "" || second.run() == "" {
		t.Errorf("the second got %d with %v", second.status, second.header)
	}
	if r := <-first; r.status != http.StatusCreated || isReplay(r) {
		t.Errorf("the first got %d with %v", r.status, r.header)
	}
	if late := d.post("/sync", `{}`, "X-Id", "7"); late.status != http.StatusCreated || !isReplay(late) {
		t.Errorf("a late one got %d with %v", late.status, late.header)
	}
	release = d.outside.hold("/async")
	a := d.post("/async", `{}`, "X-Id", "7")
	d.changed.Await(t, "the run is under way", func() bool { return d.outside.count("/async") == 1 })
	b := d.post("/async", `{}`, "X-Id", "7")
	release()
	if a.status != http.StatusAccepted || b.status != http.StatusAccepted || a.run() != b.run() || !isReplay(b) {
		t.Errorf("the async ones got %d %s and %d %s", a.status, a.run(), b.status, b.run())
	}
	d.await(a.run(), store.Succeeded)
	for _, path := range []string{"/sync", "/async"} {
		if n := d.outside.count(path); n != 1 {
			t.Errorf("%s was called %d times", path, n)
		}
	}
}
