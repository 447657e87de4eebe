package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Some iterations of a loop fail in the first attempt. The second attempt runs
// only those again.
func TestIterationsResume(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "f" {
  trigger "webhook" { path = "/f" }
  retry {
    attempts = 3
    initial  = "1ms"
  }
  action "loop" "items" {
    for_each = webhook.body.items
    max      = 3
    action "branch" "way" {
      case "first" {
        when = run.attempt == 1
        action "http" "reserve" { url = "OUT/reserve/${each.value}" }
        action "http" "book" { url = "OUT/book/${each.value}" }
      }
      default {
        action "http" "never" { url = "OUT/never" }
      }
    }
  }
  action "parallel" "tell" {
    action "http" "a" { url = "OUT/a" }
    action "http" "b" { url = "OUT/b" }
  }
  action "http" "after" {
    url  = "OUT/after"
    json = { results = action.items.results, told = action.tell.results.a.status }
  }
}`)
	d.outside.fail("/book/y", 1)
	d.outside.fail("/b", 1)
	run := d.await(d.accept("/f", `{"items": ["x", "y", "z"]}`), store.Succeeded)
	want := map[string]int{
		"/reserve/x": 1, "/reserve/y": 1, "/reserve/z": 1, "/book/y": 2, "/never": 0, "/a": 1, "/b": 2, "/after": 1,
	}
	for path, n := range want {
		if got := d.outside.count(path); got != n {
			t.Errorf("%s was called %d times, not %d", path, got, n)
		}
	}
	paths := map[string]bool{}
	for _, s := range run.Steps {
		paths[s.Path] = true
	}
	for _, path := range []string{"items", "items/0/way", "items/2/reserve", "items/1/book", "tell", "a", "b", "after"} {
		if !paths[path] {
			t.Errorf("the history has no step %q among %v", path, paths)
		}
	}
}

// Each iteration waits for its own time, and completed actions of one do not
// run again when the run is suspended for another.
func TestDelaysInIterations(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
gateway {
  egress { allow = ["127.0.0.1"] }
  limits { runs = 1 }
}
flow "f" {
  trigger "webhook" { path = "/f" }
  action "loop" "items" {
    for_each = ["300ms", "1ms", "600ms"]
    max      = 2
    action "http" "before" { url = "OUT/before" }
    action "delay" "wait" { for = each.value }
    action "http" "after" { url = "OUT/after/${each.index}" }
  }
  action "http" "end" { url = "OUT/end" }
}`)
	id := d.accept("/f", `{}`)
	run := d.await(id, store.Succeeded)
	for path, want := range map[string]int{"/before": 3, "/after/0": 1, "/after/1": 1, "/after/2": 1, "/end": 1} {
		if n := d.outside.count(path); n != want {
			t.Errorf("%s was called %d times, not %d", path, n, want)
		}
	}
	began := map[string]store.Step{}
	for _, s := range run.Steps {
		began[s.Path] = s
		if strings.HasSuffix(s.Path, "/wait") && s.State != "succeeded" {
			t.Errorf("%s is on record as %s", s.Path, s.State)
		}
	}
	for turn, wait := range map[string]string{"0": "300ms", "2": "600ms"} {
		waited := began["items/"+turn+"/after"].Began.Sub(began["items/"+turn+"/wait"].Began)
		if waited < duration(t, wait) {
			t.Errorf("turn %s went on after %s, not %s", turn, waited, wait)
		}
	}
}

// An iteration that waits counts as one of those in progress, so that a delay
// spaces out the requests of a loop.
func TestDelaysPaceLoops(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "f" {
  trigger "webhook" { path = "/f" }
  action "loop" "items" {
    for_each = [1, 2, 3]
    action "http" "send" { url = "OUT/send/${each.value}" }
    action "delay" "wait" { for = each.value == 2 ? "1h" : "1ms" }
  }
}`)
	id := d.accept("/f", `{}`)
	d.changed.Await(t, "the second one waits", func() bool {
		run, err := d.store.Get(t.Context(), id)
		return err == nil && run.State == store.Waiting && d.outside.count("/send/2") == 1
	})
	if n := d.outside.count("/send/3"); n != 0 {
		t.Error("the third one did not wait for the second")
	}
}

// A loop, a branch and a call that were started continue although their
// conditions are now false.
func TestStartedActionsIgnoreConditions(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{
		"loop":     "action \"loop\" \"c\" {\nwhen = run.attempt == 1\nfor_each = [1]\nINSIDE\n}",
		"parallel": "action \"parallel\" \"c\" {\nwhen = run.attempt == 1\nmax = 1\nINSIDE\n}",
		"branch":   "action \"branch\" \"c\" {\nwhen = run.attempt == 1\ncase \"x\" {\nwhen = run.attempt == 1\nINSIDE\n}\n}",
		"flow":     "action \"flow\" \"c\" {\nwhen = run.attempt == 1\nflow = \"inner\"\n}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const inside = "action \"http\" \"first\" { url = \"OUT/first\" }\naction \"http\" \"second\" { url = \"OUT/second\" }"
			d := newDurable(t, strings.ReplaceAll(`
flow "f" {
  trigger "webhook" { path = "/f" }
  retry { initial = "1ms" }
  `+kind+`
}
flow "inner" {
  trigger "flow" {}
  INSIDE
}`, "INSIDE", inside))
			d.outside.fail("/second", 1)
			run := d.await(d.accept("/f", `{}`), store.Succeeded)
			if first, second := d.outside.count("/first"), d.outside.count("/second"); first != 1 || second != 2 || run.Attempt != 2 {
				t.Errorf("after %d attempts: the first was done %d times, the second %d times", run.Attempt, first, second)
			}
		})
	}
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
