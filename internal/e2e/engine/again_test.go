package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

const inside = `
action "http" "first" { url = "OUT/first" }
action "http" "second" { url = "OUT/second" }
action "http" "third" { url = "OUT/third" }`

// nested lists actions that contain others, with INSIDE in their place.
func nested() map[string]string {
	return map[string]string{
		"loop":     "action \"loop\" \"c\" {\nMORE\nfor_each = [1]\nINSIDE\n}",
		"parallel": "action \"parallel\" \"c\" {\nMORE\nmax = 1\nINSIDE\n}",
		"branch":   "action \"branch\" \"c\" {\nMORE\ncase \"x\" {\nwhen = true\nINSIDE\n}\n}",
		"flow":     "action \"flow\" \"c\" {\nMORE\nflow = \"inner\"\n}",
	}
}

func nestedFlow(kind, more string) string {
	text := "flow \"f\" {\ntrigger \"webhook\" { path = \"/f\" }\nretry { initial = \"1ms\" }\n" + kind +
		"\naction \"http\" \"after\" { url = \"OUT/after\" }\n}\nflow \"inner\" {\ntrigger \"flow\" {}\nINSIDE\n}"
	return strings.NewReplacer("MORE", more, "INSIDE", inside).Replace(text)
}

const threeTimes = "retry {\nattempts = 3\ninitial = \"1ms\"\n}"

// A retry of an action that contains others resumes where the attempt before
// ended, and so does a retry of the run.
func TestRetryOfNested(t *testing.T) {
	t.Parallel()
	for name, kind := range nested() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, nestedFlow(kind, threeTimes))
			d.outside.fail("/second", 1)
			d.outside.fail("/third", 2)
			run := d.await(d.accept("/f", `{}`), store.Succeeded)
			want := map[string]int{"/first": 1, "/second": 2, "/third": 3, "/after": 1}
			for path, n := range want {
				if got := d.outside.count(path); got != n {
					t.Errorf("%s was called %d times, not %d", path, got, n)
				}
			}
			for _, s := range run.Steps {
				if s.State != "succeeded" {
					t.Errorf("%s is on record as %s", s.Path, s.State)
				}
			}
			if run.Attempt != 2 {
				t.Errorf("the run took %d attempts", run.Attempt)
			}
		})
	}
}

// A failure that was stored before a stop does not fail the next attempt.
func TestRetryOfNestedAfterStop(t *testing.T) {
	t.Parallel()
	for name, kind := range nested() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDurable(t, nestedFlow(kind, threeTimes))
			d.opts.ShutdownTimeout = time.Millisecond
			d.restart()
			d.outside.fail("/second", 1)
			release := d.outside.hold("/third")
			id := d.accept("/f", `{}`)
			d.changed.Await(t, "it is under way", func() bool { return d.outside.count("/third") == 1 })
			d.restart()
			release()
			run := d.await(id, store.Succeeded)
			want := map[string]int{"/first": 1, "/second": 2, "/third": 2, "/after": 1}
			for path, n := range want {
				if got := d.outside.count(path); got != n {
					t.Errorf("%s was called %d times, not %d", path, got, n)
				}
			}
			if run.Attempt != 1 {
				t.Errorf("the run took %d attempts", run.Attempt)
			}
		})
	}
}
