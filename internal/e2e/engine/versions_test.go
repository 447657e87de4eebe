package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/logging"
	"github.com/webhook-gateway/gateway/store"
)

// edited is a gateway whose files a test edits while runs wait.
type edited struct {
	*durable
	lines *sink
}

func newEdited(t *testing.T, text string) *edited {
	t.Helper()
	e := &edited{newStopped(t), newSink(t)}
	log, err := logging.New(e.lines, "json", "info")
	if err != nil {
		t.Fatal(err)
	}
	e.opts.Log = log
	e.write(text)
	e.start()
	return e
}

// reload loads edited files, and returns the mark of the log before.
func (e *edited) reload(text string) int {
	e.t.Helper()
	mark := e.lines.mark()
	e.write(text)
	if l := e.g.Reload("test"); !l.OK {
		e.t.Fatal(l.Diags)
	}
	return mark
}

const waitingFlow = `flow "f" {
  trigger "webhook" {
    path = "/f"
    dedupe { key = webhook.body.id }
  }
  action "parallel" "both" {
    action "http" "first" {
      url = "OUT/first"
    }
  }
  action "delay" "d" {
    for = "1h"
  }
  action "http" "last" {
    url = "OUT/last"
  }
}
`

// TestGuideRunsContinueWithNewFiles: a run that waited continues with the new
// files. Each action of the run has the version of the flow with which it ran, and
// the reload warns of completed actions that are not in the new files.
func TestGuideRunsContinueWithNewFiles(t *testing.T) {
	t.Parallel()
	e := newEdited(t, waitingFlow)
	id := e.accept("/f", `{"id": "7"}`)
	was := e.await(id, store.Waiting).Version
	mark := e.reload(strings.NewReplacer(`"first" {`, `"renamed" {`, "OUT/last", "OUT/new").Replace(waitingFlow))
	e.lines.await(mark, `"msg":"reloaded"`, `"changed":["f"]`)
	e.lines.await(mark, "completed actions which are not in the flow now", `"flow":"f"`, `"actions":["first"]`, `"runs":1`)
	e.clock.forward(time.Hour)
	run := e.await(id, store.Succeeded)
	is := e.g.LastLoad().Config.Flows[0].Version
	versions := map[string]string{}
	for _, s := range run.Steps {
		versions[s.Path] = s.Version
	}
	if was == "" || was == is || run.Version != was || versions["first"] != was || versions["d"] != was || versions["last"] != is {
		t.Errorf("the run was accepted with %q, the files have %q now; version %q, steps %v", was, is, run.Version, versions)
	}
	if first, last, now := e.outside.count("/first"), e.outside.count("/last"), e.outside.count("/new"); first != 1 || last != 0 || now != 1 {
		t.Errorf("first ran %d times, last %d times, its new form %d times", first, last, now)
	}
}

// TestReloadNamesFlows: the line of a reload names the flows that were added,
// changed and removed.
func TestReloadNamesFlows(t *testing.T) {
	t.Parallel()
	one := func(name, message string) string {
		return "flow \"" + name + "\" {\n  trigger \"webhook\" {}\n  action \"log\" \"note\" { message = \"" + message + "\" }\n}\n"
	}
	e := newEdited(t, one("same", "a")+one("changed", "a")+one("removed", "a"))
	mark := e.reload(one("same", "a") + one("changed", "b") + one("added", "a"))
	e.lines.await(mark, `"msg":"reloaded"`, `"flows":3,"added":["added"],"changed":["changed"],"removed":["removed"]`)
	mark = e.reload(one("same", "a") + "# a comment\n" + one("changed", "b") + one("added", "a"))
	e.lines.await(mark, `"msg":"reloaded"`, `"flows":3}`)
}

// TestReloadWarnsOfRequiredVariable: a reload says how many runs wait that were
// accepted without a variable which is required now.
func TestReloadWarnsOfRequiredVariable(t *testing.T) {
	t.Parallel()
	e := newEdited(t, waitingFlow)
	for _, body := range []string{`{"id": "1"}`, `{"id": "2"}`} {
		e.await(e.accept("/f", body), store.Waiting)
	}
	with := func(variables string) string {
		return strings.Replace(waitingFlow, `path = "/f"`, "path = \"/f\"\n"+variables, 1)
	}
	mark := e.reload(with(`variable "a" {
		type = string
	}
	variable "b" {
		type    = string
		default = "b"
	}`))
	e.lines.await(mark, "accepted without variables which are required now", `"flow":"f"`, `"variables":["a"]`, `"runs":2`)
}

// TestReloadChangesTrigger: runs that wait while their flow gets another kind of
// trigger keep their values. An action that reads a value of the new trigger fails
// them, and says why.
func TestReloadChangesTrigger(t *testing.T) {
	t.Parallel()
	timed := func(last string) string {
		begin, end := strings.Index(waitingFlow, "  trigger"), strings.Index(waitingFlow, "  action")
		text := waitingFlow[:begin] + "  trigger \"schedule\" {\n    cron = \"0 0 1 1 *\"\n  }\n" + waitingFlow[end:]
		return strings.Replace(text, `url = "OUT/last"`, last, 1)
	}
	for _, c := range []struct {
		name, last string
		state      store.State
		message    string
	}{
		{"without a value of the trigger", "url = \"OUT/last\"\n json = run.id", store.Succeeded, ""},
		{"with a value of the trigger", "url = \"OUT/last\"\n json = schedule.time", store.Failed, `reads "schedule"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newEdited(t, waitingFlow)
			id := e.accept("/f", `{"id": "7"}`)
			e.await(id, store.Waiting)
			mark := e.reload(timed(c.last))
			e.lines.await(mark, "another kind of trigger", `"was":"webhook","is":"schedule","runs":1`)
			e.clock.forward(time.Hour)
			run := e.await(id, c.state)
			if !strings.Contains(run.Cause.Message, c.message) || run.Attempt != 1 {
				t.Errorf("attempt %d ended with %+v", run.Attempt, run.Cause)
			}
			if n := e.outside.count("/last"); (n == 1) != (c.state == store.Succeeded) {
				t.Errorf("the last action ran %d times", n)
			}
		})
	}
}
