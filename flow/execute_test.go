package flow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

var errBroken = errors.New("broken")

func TestExecuteRunsInOrder(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	out := l.run(`
		action "do" "c" { give = 1 }
		action "group" "g" {
			action "do" "b" { give = action.c + 1 }
			action "do" "d" { give = "${each.key}${action.b}" }
		}
		action "do" "a" { give = action.g.state }`)
	if out.State != flow.Succeeded || out.Err != nil || out.Response != nil {
		t.Errorf("%+v", out)
	}
	if l.order() != "c b d a" || l.states() != "c:succeeded b:succeeded d:succeeded g:succeeded a:succeeded" {
		t.Errorf("ran %s, observed %s", l.order(), l.states())
	}
}

func TestExecuteValues(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.does["read"] = func(_ context.Context, c *flow.Call) (any, error) {
		for name, want := range map[string]any{"plain": "x", "inner": "i", "skipped": nil, "soft": nil, "later": nil} {
			if got := read(c, name); got != want {
				t.Errorf("action.%s is %v, want %v", name, got, want)
			}
		}
		all := c.Value("action").(value.Object).Map()
		if len(all) != 4 || all["plain"] != "x" || all["inner"] != "i" {
			t.Errorf("all actions are %v", all)
		}
		if run := c.Value("run").(map[string]any); run["id"] != "run" || run["attempt"] != 1 {
			t.Errorf("run is %v", run)
		}
		if input, err := c.Input(); c.Run().ID != "run" || input != nil || err != nil || c.Value("none") != nil {
			t.Errorf("run %q, input %v (%v)", c.Run().ID, input, err)
		}
		return nil, nil
	}
	l.does["outside"] = func(_ context.Context, c *flow.Call) (any, error) {
		if got := read(c, "inner"); got != nil {
			t.Errorf("an action of another list is read as %v", got)
		}
		return nil, nil
	}
	l.fails("soft", errBroken, 0)
	out := l.run(`
		action "do" "plain" { give = "x" }
		action "do" "skipped" {
			when = false
			give = "never"
		}
		action "do" "soft" { on_error = "continue" }
		action "group" "g" {
			action "do" "inner" { give = "i" }
			action "do" "read" {}
		}
		action "do" "outside" {}
		action "do" "later" { give = "l" }`)
	if out.State != flow.Succeeded {
		t.Fatalf("%+v", out)
	}
	if want := "plain:succeeded skipped:skipped soft:failed inner:succeeded read:succeeded g:succeeded outside:succeeded later:succeeded"; l.states() != want {
		t.Errorf("observed %s", l.states())
	}
}

// TestExecuteLazyOutputs: what reads its members on demand is plain to whoever
// asks for all actions, as jq does.
func TestExecuteLazyOutputs(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.does["a"] = func(context.Context, *flow.Call) (any, error) { return lazy{"x": "y"}, nil }
	l.does["b"] = func(_ context.Context, c *flow.Call) (any, error) {
		all := c.Value("action").(value.Object).Map()
		if _, plain := all["a"].(map[string]any); !plain {
			t.Errorf("all actions hold a %T", all["a"])
		}
		return nil, nil
	}
	if out := l.run("action \"do\" \"a\" {}\naction \"do\" \"b\" {}"); out.Err != nil {
		t.Error(out.Err)
	}
}

type lazy map[string]any

func (o lazy) Get(name string) (any, bool) { v, ok := o[name]; return v, ok }
func (o lazy) Map() map[string]any         { return o }

func TestExecuteWhen(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, when string
		body       any
		ran        bool
		fault      string
	}{
		{"true", "true", nil, true, ""},
		{"false", "false", nil, false, ""},
		{"of the run", "webhook.body.a == 1", map[string]any{"a": 1}, true, ""},
		{"not of the run", "webhook.body.a == 1", map[string]any{"a": 2}, false, ""},
		{"null", "webhook.body", nil, false, ""},
		{"null of a function", "try(webhook.body, true)", nil, false, ""},
		{"null as a part", "webhook.body.a && true", map[string]any{"a": nil}, false, "null"},
		{"text that is no bool", "webhook.body", "maybe", false, "bool"},
		{"missing member", "webhook.body.a", map[string]any{}, false, "a"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			run := l.start("action \"do\" \"a\" {\nwhen = " + c.when + "\n}")
			run.Event = event{c.body}
			out := flow.Execute(t.Context(), run)
			if ran := l.order() == "a"; ran != c.ran {
				t.Errorf("ran: %v", ran)
			}
			if c.fault == "" && out.Err != nil || c.fault != "" && (out.Err == nil || out.Err.Class != flow.Invalid || !strings.Contains(out.Err.Message, c.fault)) {
				t.Errorf("error %+v", out.Err)
			}
		})
	}
}

func TestExecuteFails(t *testing.T) {
	t.Parallel()
	own := &flow.Error{Class: flow.Denied, Message: "not allowed", Err: errBroken}
	cases := []struct {
		name    string
		err     error
		cause   error
		class   flow.Class
		message string
	}{
		{"plain", errBroken, errBroken, flow.Permanent, "broken"},
		{"own", own, errBroken, flow.Denied, "not allowed"},
		{"deadline", context.DeadlineExceeded, context.DeadlineExceeded, flow.Transient, "it took too long"},
		{"cancelled", context.Canceled, context.Canceled, flow.Transient, "it was cancelled"},
	}
	for _, c := range cases {
		l := newLab(t)
		l.fails("b", c.err, 0)
		out := l.run("action \"group\" \"g\" {\naction \"do\" \"b\" {}\n}\naction \"do\" \"c\" {}")
		e := out.Err
		if out.State != flow.Failed || e == nil {
			t.Fatalf("%s: %+v", c.name, out)
		}
		if e.Class != c.class || e.Message != c.message || e.Action != "b" || e.Flow != "test" || e.Range.Start.Line != 4 || !errors.Is(e, c.cause) {
			t.Errorf("%s: %+v", c.name, e)
		}
		if e.Error() != "b: "+c.message {
			t.Errorf("%s reads %q", c.name, e)
		}
		if l.order() != "b" || l.states() != "b:failed g:failed" {
			t.Errorf("%s: ran %s, observed %s", c.name, l.order(), l.states())
		}
	}
	if own.Action != "" {
		t.Error("the action's own error was changed")
	}
}

func TestExecuteContinues(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.fails("b", errBroken, 0)
	out := l.run("action \"group\" \"g\" {\non_error = \"continue\"\naction \"do\" \"b\" {}\naction \"do\" \"c\" {}\n}\naction \"do\" \"d\" {}")
	if out.State != flow.Succeeded || l.order() != "b d" {
		t.Errorf("%+v after %s", out, l.order())
	}
}

func TestExecuteEnds(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	out := l.run(`
		action "group" "outer" {
			on_error = "continue"
			action "group" "inner" {
				action "end" "e" { output = [1] }
				action "do" "a" {}
			}
			action "do" "b" {}
		}
		action "do" "c" {}
		on_error {
			action "do" "d" {}
		}`)
	if out.State != flow.Failed || out.Err != nil || out.Message != "ended" || !value.Equal(out.Output, []any{1}) {
		t.Errorf("%+v", out)
	}
	if l.order() != "" || l.states() != "e:succeeded inner:succeeded outer:succeeded" {
		t.Errorf("ran %s, observed %s", l.order(), l.states())
	}
	out = newLab(t).run(`action "end" "e" { answer = 201 }`)
	if out.State != flow.Succeeded || out.Response == nil || out.Response.Status != 201 {
		t.Errorf("answered: %+v", out)
	}
}

func TestExecutePanics(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.does["p"] = func(context.Context, *flow.Call) (any, error) { panic("secret of the action") }
	run := l.start("action \"group\" \"g\" {\naction \"do\" \"p\" {\nretry {}\n}\n}")
	out := flow.Execute(t.Context(), run)
	if e := out.Err; e == nil || e.Class != flow.Internal || e.Message != "internal error" || e.Action != "p" || e.Err == nil || !strings.Contains(e.Err.Error(), "setup_test.go") {
		t.Errorf("%+v", out.Err)
	}
	if l.order() != "p" {
		t.Errorf("ran %s", l.order())
	}
	run = l.start(`action "do" "a" {}`)
	run.Journal = labJournal{l: l, before: func(*flow.Call) error { panic("journal") }}
	if out := flow.Execute(t.Context(), run); out.Err == nil || out.Err.Class != flow.Internal {
		t.Errorf("journal: %+v", out)
	}
}

// TestExecuteAfterItsEnd: nothing begins once the run's time is over, not even
// what does not look at its context, and no failure is passed over.
func TestExecuteAfterItsEnd(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"on_error = \"continue\"", ""} {
		ctx, cancel := context.WithCancel(t.Context())
		l := newLab(t)
		l.does["a"] = func(context.Context, *flow.Call) (any, error) { cancel(); return nil, nil }
		out := flow.Execute(ctx, l.start("action \"do\" \"a\" {}\naction \"do\" \"b\" {\n"+how+"\n}\naction \"do\" \"c\" {}"))
		if out.State != flow.Failed || out.Err.Action != "b" || out.Err.Class != flow.Transient || !errors.Is(out.Err, context.Canceled) {
			t.Errorf("%+v", out.Err)
		}
		if l.order() != "a" || l.states() != "a:succeeded b:failed" {
			t.Errorf("ran %s, observed %s", l.order(), l.states())
		}
	}
}

func TestExecuteTimeouts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		wait := func(ctx context.Context, _ *flow.Call) (any, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		l.does["short"], l.does["usual"] = wait, wait
		began := time.Now()
		out := l.run("action \"do\" \"short\" {\ntimeout = \"2s\"\non_error = \"continue\"\n}\naction \"do\" \"usual\" {}")
		if took := time.Since(began); took != 2*time.Second+flow.DefaultTimeout {
			t.Errorf("it took %s", took)
		}
		if e := out.Err; e == nil || e.Action != "usual" || e.Class != flow.Transient || e.Reason != flow.ReasonTimeout {
			t.Errorf("%+v", out.Err)
		}
		if l.records[0].Took != 2*time.Second || l.records[0].Err.Reason != flow.ReasonTimeout {
			t.Errorf("%+v", l.records[0])
		}
	})
}

// TestExecuteTimeoutInOtherWords: what fails when its time is over has taken
// too long, whatever it says, unless it says how.
func TestExecuteTimeoutInOtherWords(t *testing.T) {
	t.Parallel()
	own := &flow.Error{Class: flow.Denied, Message: "own"}
	for _, c := range []struct {
		err  error
		want flow.Class
	}{{errBroken, flow.Transient}, {own, flow.Denied}} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(t)
			l.does["a"] = func(ctx context.Context, _ *flow.Call) (any, error) {
				<-ctx.Done()
				return nil, c.err
			}
			if out := l.run(`action "do" "a" {}`); out.Err == nil || out.Err.Class != c.want {
				t.Errorf("%+v", out.Err)
			}
		})
	}
}

// TestGroupsTakeAsLongAsTheirActions: only an own timeout bounds them.
func TestGroupsTakeAsLongAsTheirActions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		slow := func(ctx context.Context, _ *flow.Call) (any, error) {
			select {
			case <-time.After(20 * time.Second):
				return nil, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		l.does["a"], l.does["b"], l.does["c"], l.does["d"] = slow, slow, slow, slow
		const lists = "action \"do\" \"a\" {}\naction \"do\" \"b\" {}\n}\naction \"group\" \"h\" {\ntimeout = \"30s\"\naction \"do\" \"c\" {}\naction \"do\" \"d\" {}\n}"
		out := l.run("action \"group\" \"g\" {\n" + lists)
		if out.Err == nil || out.Err.Action != "d" || out.Err.Reason != flow.ReasonTimeout || l.order() != "a b c d" {
			t.Errorf("%+v after %s", out.Err, l.order())
		}
	})
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	var keys []string
	note := func(err error) func(context.Context, *flow.Call) (any, error) {
		return func(_ context.Context, c *flow.Call) (any, error) {
			keys = append(keys, c.IdempotencyKey())
			return nil, err
		}
	}
	l.does["a"], l.does["b"], l.does["c"] = note(nil), note(&flow.Error{Reason: flow.Reason429, Class: flow.Transient}), note(nil)
	out := l.run("action \"do\" \"a\" {}\naction \"group\" \"g\" {\naction \"do\" \"b\" {\nretry { initial = \"0s\" }\n}\n}\non_error {\naction \"do\" \"c\" {}\n}")
	if got := strings.Join(keys, " "); got != "run/a run/b run/b run/b run/c" || out.State != flow.Failed {
		t.Errorf("keys %s, %+v", got, out)
	}
}
