package flow_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

func TestFallback(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.fails("bad", &flow.Error{Class: flow.Denied, Message: "not allowed"}, 0)
	inFallback := map[string]bool{}
	l.does["look"] = func(ctx context.Context, c *flow.Call) (any, error) {
		inFallback[c.Step.Name] = c.Fallback()
		for name, want := range map[string]any{"done": "d", "inner": "i", "bad": nil, "never": nil, "own": "o"} {
			if got := read(c, name); got != want {
				t.Errorf("action.%s is %v, want %v", name, got, want)
			}
		}
		return nil, nil
	}
	l.does["done"] = func(_ context.Context, c *flow.Call) (any, error) {
		inFallback[c.Step.Name] = c.Fallback()
		return "d", nil
	}
	out := l.run(`
		action "do" "done" {}
		action "group" "g" {
			action "do" "inner" { give = "i" }
			action "do" "bad" {}
			action "do" "never" { give = "n" }
		}
		on_error {
			action "do" "own" { give = "o" }
			action "do" "sees" { give = "${error.action}|${error.message}|${error.class}|${action.inner}" }
			action "group" "h" {
				action "do" "look" { give = action.never }
			}
			action "end" "answer" { answer = 418 }
			action "do" "after" {}
		}`)
	if out.State != flow.Failed || out.Err == nil || out.Err.Action != "bad" || out.Response == nil || out.Response.Status != 418 {
		t.Errorf("%+v", out)
	}
	if l.order() != "done inner bad own sees look" {
		t.Errorf("ran %s", l.order())
	}
	if inFallback["done"] || !inFallback["look"] {
		t.Errorf("in on_error: %v", inFallback)
	}
}

func TestFallbackNames(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.fails("bad", &flow.Error{Class: flow.Denied, Message: "not allowed"}, 0)
	out := l.run(`
		action "do" "bad" {}
		on_error {
			action "end" "e" { output = error }
		}`)
	if want := map[string]any{"action": "bad", "message": "not allowed", "class": "denied", "status": nil, "body": nil}; !value.Equal(out.Output, want) || out.Message != "ended" || out.Response != nil {
		t.Errorf("%+v", out)
	}
}

// TestFallbackThatFails: the first error is the run's, and the list ends.
func TestFallbackThatFails(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.fails("bad", errBroken, 0)
	l.fails("worse", &flow.Error{Class: flow.Internal, Message: "worse"}, 0)
	out := l.run(`
		action "do" "bad" {}
		on_error {
			action "do" "worse" {}
			action "end" "answer" { answer = 500 }
		}`)
	if out.Err == nil || out.Err.Action != "bad" || out.Response != nil || l.states() != "bad:failed worse:failed" {
		t.Errorf("%+v, observed %s", out, l.states())
	}
}

// TestFallbackHasItsOwnTime: it runs when the run's time is over, and not for
// ever.
func TestFallbackHasItsOwnTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		l := newLab(t)
		wait := func(ctx context.Context, _ *flow.Call) (any, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		l.does["slow"], l.does["slower"] = wait, wait
		began := time.Now()
		out := flow.Execute(ctx, l.start(`
			action "do" "slow" {}
			on_error {
				action "do" "tell" { give = error.class }
				action "do" "slower" { timeout = "1h" }
				action "end" "answer" { answer = 500 }
			}`))
		if took := time.Since(began); took != 31*time.Second {
			t.Errorf("it took %s", took)
		}
		if out.Err == nil || out.Err.Action != "slow" || out.Err.Reason != flow.ReasonTimeout || out.Response != nil || l.order() != "slow tell slower" {
			t.Errorf("%+v after %s", out, l.order())
		}
	})
}

// TestNoFallbackAfterSuccess: a run that the file ended has not failed by itself.
func TestNoFallbackAfterSuccess(t *testing.T) {
	t.Parallel()
	for _, list := range []string{`action "do" "a" {}`, `action "end" "e" { output = 1 }`} {
		l := newLab(t)
		l.run(list + "\non_error {\naction \"do\" \"f\" {}\n}")
		if l.order() == "f" || l.order() == "a f" {
			t.Errorf("%s: ran %s", list, l.order())
		}
	}
}
