package engine_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/actions"
	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/triggers"
)

// loadWithFail loads the files with the action "fail" of the tests.
func (d *durable) loadWithFail() (*load.Config, hcl.Diagnostics) {
	kinds := flow.Kinds{Actions: actions.All(), Triggers: triggers.All(auth.All())}
	kinds.Actions = append(kinds.Actions, flow.Kind{Name: "fail", New: func() flow.Action { return &fail{} }})
	return load.Files(load.Options{
		Clock: clock.System{}, FS: *d.files.Load(), Paths: []load.Path{{Dir: "flows.hcl"}}, Connections: actions.Connections(), Kinds: kinds,
	})
}

// TestPanicInAStoredRun: an action that panics fails its run as any other failure
// does. The steps before it are stored, on_error runs, and the gateway serves on.
func TestPanicInAStoredRun(t *testing.T) {
	t.Parallel()
	for name, action := range map[string]string{
		"alone":       `action "fail" "boom" { panics = true }`,
		"in a loop":   "action \"loop\" \"l\" {\n  for_each = [1]\n  action \"fail\" \"boom\" { panics = true }\n}",
		"in parallel": "action \"parallel\" \"p\" {\n  action \"fail\" \"boom\" { panics = true }\n  action \"transform\" \"t\" { jq = \"1\" }\n}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newStopped(t)
			d.opts.Load = d.loadWithFail
			d.write("flow \"a\" {\n  trigger \"webhook\" { path = \"/a\" }\n  action \"http\" \"before\" { url = \"OUT/before\" }\n" + action +
				"\n  action \"http\" \"never\" { url = \"OUT/never\" }\n  on_error {\n    action \"http\" \"after\" {\n      url  = \"OUT/after\"\n      json = error\n    }\n  }\n}")
			d.start()
			for range 2 {
				run := d.await(d.accept("/a", `{}`), store.Failed)
				if run.Cause.Message != "internal error" || len(run.Steps) < 3 {
					t.Errorf("the run ended with %+v and %d steps", run.Cause, len(run.Steps))
				}
			}
			for path, want := range map[string]int{"/before": 2, "/after": 2, "/never": 0} {
				if n := d.outside.count(path); n != want {
					t.Errorf("%s was called %d times, want %d", path, n, want)
				}
			}
		})
	}
}

// TestInterruptedSyncRun: the caller of a run that a stop interrupts gets 503, the
// history has the run, and the same request may be sent again.
func TestInterruptedSyncRun(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "s" {
  trigger "webhook" {
    path = "/s"
    mode = "sync"
    dedupe { key = webhook.headers["X-Id"] }
  }
  action "http" "before" { url = "OUT/before" }
  action "http" "slow" { url = "OUT/slow" }
  on_error {
    action "http" "after" { url = "OUT/after" }
  }
}`)
	d.opts.ShutdownTimeout = time.Millisecond
	d.restart()
	release := d.outside.hold("/slow")
	answer := make(chan reply, 1)
	go func() { answer <- d.post("/s", `{}`, "X-Id", "1") }()
	d.changed.Await(t, "the run is under way", func() bool { return d.outside.count("/slow") == 1 })
	d.stop()
	first := <-answer
	if first.status != http.StatusServiceUnavailable || first.header.Get("Retry-After") == "" {
		t.Errorf("the caller got %d: %s", first.status, first.body)
	}
	d.restart()
	release()
	if run := d.await(first.run(), store.Failed); run.Status != http.StatusServiceUnavailable || len(run.Steps) != 2 {
		t.Errorf("the history has the status %d and %d steps", run.Status, len(run.Steps))
	}
	again := d.post("/s", `{}`, "X-Id", "1")
	if again.status != http.StatusOK || isReplay(again) || again.run() == first.run() {
		t.Errorf("the same request got %+v", again)
	}
	for path, want := range map[string]int{"/before": 2, "/slow": 2, "/after": 0} {
		if n := d.outside.count(path); n != want {
			t.Errorf("%s was called %d times, want %d", path, n, want)
		}
	}
}
