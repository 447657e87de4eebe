package engine_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/store"
)

const callFlows = `
flow "caller" {
  trigger "webhook" { path = "/call" }
  retry {
    attempts = 3
    initial  = "1ms"
  }
  action "http" "before" { url = "OUT/before" }
  action "flow" "look" {
    flow  = "lookup"
    input = { sku = webhook.body.sku }
  }
  action "flow" "aside" {
    flow  = "lookup"
    input = { sku = "aside" }
    wait  = false
  }
  action "http" "after" {
    url  = "OUT/after"
    json = { got = action.look.found, run = action.aside.run }
  }
}
flow "lookup" {
  trigger "flow" {
    variable "sku" { type = string }
  }
  action "http" "find" { url = "OUT/find/${input.sku}" }
  action "delay" "wait" { for = "50ms" }
  action "http" "check" { url = "OUT/check/${input.sku}" }
  action "stop" "give" { output = { found = "${flow.name}-${input.sku}" } }
}`

// A called flow is part of the run: its completed actions do not run again when
// the run resumes. A started flow has a run of its own.
func TestCalledFlows(t *testing.T) {
	t.Parallel()
	d := newDurable(t, callFlows)
	d.outside.fail("/check/x", 1)
	id := d.accept("/call", `{"sku": "x"}`)
	run := d.await(id, store.Succeeded)
	want := map[string]int{"/before": 1, "/find/x": 1, "/check/x": 2, "/after": 1}
	for path, n := range want {
		if got := d.outside.count(path); got != n {
			t.Errorf("%s was called %d times, not %d", path, got, n)
		}
	}
	var other, after string
	for _, s := range run.Steps {
		switch s.Path {
		case "aside":
			other = strings.Trim(strings.TrimPrefix(string(s.Output), `{"run":`), `"}`)
		case "after":
			after = string(s.Input)
		}
	}
	if !strings.Contains(after, `"lookup-x"`) {
		t.Errorf("the caller read %s", after)
	}
	started := d.await(other, store.Succeeded)
	if started.Flow != "lookup" || d.outside.count("/find/aside") != 1 || string(started.Output) != `{"found":"lookup-aside"}` {
		t.Errorf("flow %q was started and returned %s", started.Flow, started.Output)
	}
}

// An action that starts a flow and runs again, as after a crash, starts no
// second run.
func TestStartedOnce(t *testing.T) {
	t.Parallel()
	d := newDurable(t, callFlows)
	id := d.accept("/call", `{"sku": "y"}`)
	d.await(id, store.Succeeded)
	if err := d.store.Requeue(t.Context(), id, store.RequeueOptions{FromStart: true}); err != nil {
		t.Fatal(err)
	}
	d.await(id, store.Succeeded)
	if n := d.outside.count("/after"); n != 2 {
		t.Errorf("the run was done %d times", n)
	}
	page, err := d.store.List(t.Context(), store.ListQuery{Filter: store.Filter{Flows: []string{"lookup"}}, Limit: 10})
	if err != nil || len(page.Runs) != 1 {
		t.Errorf("%d runs were started (%v)", len(page.Runs), err)
	}
}

// An input that does not fit fails the action and names every fault.
func TestWrongInput(t *testing.T) {
	t.Parallel()
	d := newDurable(t, callFlows)
	run := d.await(d.accept("/call", `{"sku": 7}`), store.Failed)
	if run.Cause.Action != "look" || !strings.Contains(run.Cause.Message, "/sku") || !strings.Contains(run.Cause.Message, "string") {
		t.Errorf("%+v", run.Cause)
	}
}

// If a loop or an action around a call continues after its failure, the run is
// not retried for it, so the on_error of the called flow runs.
func TestOnErrorOfToleratedCalls(t *testing.T) {
	t.Parallel()
	for name, around := range map[string]string{
		"loop":   "for_each = [1]\non_item_error = \"continue\"",
		"action": "for_each = [1]\non_error = \"continue\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, `
flow "caller" {
  trigger "webhook" { path = "/call" }
  retry { initial = "1ms" }
  action "loop" "each" {
    `+around+`
    action "flow" "look" { flow = "lookup" }
  }
}
flow "lookup" {
  trigger "flow" {}
  action "flow" "inner" { flow = "find" }
}
flow "find" {
  trigger "flow" {}
  action "http" "find" { url = "OUT/find" }
  on_error {
    action "http" "failed" { url = "OUT/failed" }
  }
}`)
			d.outside.fail("/find", 9)
			d.await(d.accept("/call", `{}`), store.Succeeded)
			if finds, failed := d.outside.count("/find"), d.outside.count("/failed"); finds != 1 || failed != 1 {
				t.Errorf("it was tried %d times, and on_error ran %d times", finds, failed)
			}
		})
	}
}

// A stop of the gateway is not a failure of a called flow: its on_error does
// not run.
func TestStopInToleratedCall(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "caller" {
  trigger "webhook" { path = "/call" }
  action "flow" "look" {
    flow     = "find"
    on_error = "continue"
  }
}
flow "find" {
  trigger "flow" {}
  action "http" "find" { url = "OUT/find" }
  on_error {
    action "http" "failed" { url = "OUT/failed" }
  }
}`)
	d.opts.ShutdownTimeout = time.Millisecond
	d.restart()
	release := d.outside.hold("/find")
	id := d.accept("/call", `{}`)
	d.changed.Await(t, "it is under way", func() bool { return d.outside.count("/find") == 1 })
	d.restart()
	release()
	d.await(id, store.Succeeded)
	if finds, failed := d.outside.count("/find"), d.outside.count("/failed"); finds != 2 || failed != 0 {
		t.Errorf("it was done %d times, and on_error ran %d times", finds, failed)
	}
}

// The flow reads an input with the declared type, from each kind of value.
func TestInputsOfAllOrigins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ typ, value string }{
		"constant":          {"number", "3"},
		"of the body":       {"number", "webhook.body.n"},
		"computed":          {"number", "webhook.body.n + 1"},
		"index":             {"number", "each.index"},
		"status":            {"number", "action.ask.status"},
		"jq":                {"number", "action.jq.value.n"},
		"jq fraction":       {"number", "action.jq.value.f"},
		"count":             {"number", "action.none.count"},
		"attempt":           {"number", "run.attempt"},
		"headers":           {"object", "webhook.headers"},
		"answer's headers":  {"object", "action.ask.headers"},
		"whole output":      {"object", "action.ask"},
		"list of jq":        {"list(number)", "action.jq.value.l"},
		"object of jq":      {"object({n=number})", "{ n = action.jq.value.n }"},
		"several in a list": {"array", "[each.index, action.ask.headers]"},
		"flag":              {"bool", "action.jq.value.n > 2"},
		"text":              {"string", "\"no ${each.index}\""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, `
flow "caller" {
  trigger "webhook" { path = "/call" }
  action "http" "ask" { url = "OUT/ask" }
  action "transform" "jq" { jq = "{ n: (.n + 1), f: (.n / 2), l: [.n + 1, 2] }" }
  action "loop" "none" {
    for_each = []
    action "log" "x" { message = "x" }
  }
  action "loop" "each" {
    for_each = [1]
    action "flow" "wait" {
      flow  = "callee"
      input = { v = `+c.value+` }
    }
    action "flow" "start" {
      flow  = "callee"
      input = { v = `+c.value+` }
      wait  = false
    }
  }
}
flow "callee" {
  trigger "flow" {
    variable "v" { type = `+c.typ+` }
  }
  action "http" "got" {
    url  = "OUT/got"
    json = input.v
  }
}`)
			id := d.accept("/call", `{"n": 3}`)
			d.changed.Await(t, "it is over", func() bool {
				run, err := d.store.Get(t.Context(), id)
				return err == nil && !run.State.Open()
			})
			run, err := d.store.Get(t.Context(), id)
			if err != nil || run.State != store.Succeeded {
				t.Fatalf("%s: %+v (%v)", run.State, run.Cause, err)
			}
			d.awaitRuns("callee", map[store.State]int{store.Succeeded: 1})
			if got := d.outside.bodies("/got"); len(got) != 2 || got[0] != got[1] {
				t.Errorf("%s: the flow was called with %v", run.ID, got)
			}
		})
	}
}

// The actions of a called flow are shown at their own position, even if the
// caller has an action of the same name.
func TestPositionsOfCalledActions(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `flow "f" {
  trigger "webhook" { path = "/f" }
  action "log" "same" { message = "x" }
  action "loop" "each" {
    for_each = [1]
    action "flow" "call" { flow = "g" }
  }
}
flow "g" {
  trigger "flow" {}
  action "log" "same" { message = "y" }
  action "log" "own" { message = "z" }
}`)
	id := d.accept("/f", `{}`)
	d.await(id, store.Succeeded)
	w := d.admin(http.MethodGet, "/api/v1/runs/"+id)
	var run ops.RunDetail
	if err := json.Unmarshal(w.Body.Bytes(), &run); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	got := map[string]string{}
	for _, s := range run.Steps {
		got[s.Path] = s.Position
	}
	for path, want := range map[string]string{
		"same": "flows.hcl:3,3", "each": "flows.hcl:4,3", "each/0/call": "flows.hcl:6,5",
		"each/0/call/same": "flows.hcl:11,3", "each/0/call/own": "flows.hcl:12,3",
	} {
		if got[path] != want {
			t.Errorf("%s stands at %q, want %q", path, got[path], want)
		}
	}
}
