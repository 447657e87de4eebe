package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/store"
)

// TestRenamedFlow: a flow with renamed_from finishes the runs that its old name
// accepted, and knows its dedupe keys: the delayed run completes after a reload,
// without the completed actions running again.
func TestRenamedFlow(t *testing.T) {
	t.Parallel()
	text := `flow "old" {
  trigger "webhook" {
    path = "/old"
    dedupe { key = webhook.body.id }
  }
  action "http" "first" {
    url = "OUT/first"
  }
  action "delay" "d" {
    for = "1h"
  }
  action "http" "second" {
    url = "OUT/second"
  }
}
`
	d := newDurable(t, text)
	id := d.accept("/old", `{"id": "7"}`)
	d.await(id, store.Waiting)
	d.write(strings.Replace(text, `flow "old" {`, "flow \"new\" {\n  renamed_from = \"old\"", 1))
	if l := d.g.Reload("test"); !l.OK {
		t.Fatal(l.Diags)
	}
	d.clock.forward(time.Hour)
	r := d.await(id, store.Succeeded)
	if r.Flow != "new" {
		t.Errorf("the run belongs to %q", r.Flow)
	}
	if again := d.post("/old", `{"id": "7"}`); again.run() != id {
		t.Errorf("the dedupe key was lost: %d, run %q, want %q", again.status, again.run(), id)
	}
	if n := len(r.Steps); n != 3 {
		t.Errorf("%d steps: %+v", n, r.Steps)
	}
	for _, s := range r.Steps {
		if s.Attempts != 1 {
			t.Errorf("%s ran %d times", s.Path, s.Attempts)
		}
	}
}

// TestRenamedFlowIsNotMissing: a run that executes under the old name of its flow
// does not wait for a flow that is not in the files.
func TestRenamedFlowIsNotMissing(t *testing.T) {
	t.Parallel()
	const old = "flow \"old\" {\ntrigger \"webhook\" { path = \"/old\" }\naction \"http\" \"a\" { url = \"OUT/a\" }\n}\n"
	const gone = "flow \"zone\" {\ntrigger \"webhook\" { path = \"/zone\" }\naction \"delay\" \"d\" { for = \"1h\" }\n}\n"
	d := newStopped(t)
	lines := newSink(t)
	var err error
	if d.opts.Log, err = logging.New(lines, "json", "info"); err != nil {
		t.Fatal(err)
	}
	d.write(old + gone)
	d.start()
	release := d.outside.hold("/a")
	defer release()
	executing := d.accept("/old", `{}`)
	d.await(executing, store.Running)
	d.await(d.accept("/zone", `{}`), store.Waiting)
	d.write(strings.Replace(old, `flow "old" {`, "flow \"new\" {\nrenamed_from = \"old\"", 1))
	if l := d.g.Reload("test"); !l.OK {
		t.Fatal(l.Diags)
	}
	lines.await(0, "not in the files", `"flow":"zone"`, `"runs":1`) // flows are in the order of their names
	if found := lines.all("not in the files", `"flow":"old"`); len(found) > 0 {
		t.Errorf("the log has %v", found)
	}
	release()
	d.await(executing, store.Succeeded)
}
