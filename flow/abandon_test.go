package flow_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/abandon"
	"github.com/webhook-gateway/gateway/internal/value"
)

// abandoned counts abandoned computations.
type abandoned struct {
	mu      sync.Mutex
	running int
	total   int
	full    bool
}

func (a *abandoned) Abandon() func() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running, a.total = a.running+1, a.total+1
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.running--
	}
}

func (a *abandoned) Full() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.full
}

func (a *abandoned) counts() (running, total int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.running, a.total
}

// lines collects the lines of a run.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) Log(_, _, message string, _ map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, message)
}

func (l *lines) LogRetry(*flow.Call, *flow.Error, time.Duration) {}

// TestStubbornAction: the run goes on without an action that ignores its
// context, and nothing that the action does later reaches the run.
func TestStubbornAction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, count, log := newLab(t), &abandoned{}, &lines{}
		release, seen := make(chan struct{}), make(chan any, 1)
		var lateEnd error
		l.does["slow"] = func(_ context.Context, c *flow.Call) (any, error) {
			c.Log("info", "in time", nil)
			<-release
			seen <- read(c, "first")
			c.Log("info", "too late", nil)
			lateEnd = c.Respond(&flow.Response{Status: 200})
			panic("at the end")
		}
		var second any
		l.does["next"] = func(_ context.Context, c *flow.Call) (any, error) {
			second = read(c, "slow")
			close(release)
			return <-seen, nil
		}
		r := l.start(`
action "do" "first" { give = 1 }
action "do" "slow" {
  timeout  = "3s"
  on_error = "continue"
}
action "do" "next" {}
action "do" "last" { give = action.next }`)
		r.Abandoned, r.Logger = count, log
		began := time.Now()
		out := flow.Execute(t.Context(), r)
		if took := time.Since(began); took != 3*time.Second+abandon.Grace {
			t.Errorf("the run took %s", took)
		}
		synctest.Wait()
		if out.State != flow.Succeeded || out.Response != nil || lateEnd == nil {
			t.Errorf("outcome %+v, the late answer returned %v", out, lateEnd)
		}
		if got := l.states(); got != "first:succeeded slow:failed next:succeeded last:succeeded" {
			t.Errorf("states %s", got)
		}
		if e := l.records[1].Err; e.Reason != flow.ReasonTimeout || e.Class != flow.Transient {
			t.Errorf("error %+v", e)
		}
		if second != nil || l.records[1].Output != nil || len(log.all) != 1 {
			t.Errorf("output %v, lines %v", second, log.all)
		}
		if running, total := count.counts(); running != 0 || total != 1 {
			t.Errorf("%d of %d still run", running, total)
		}
	})
}

// TestActionWithinGrace: an action that ends shortly after its context is not
// abandoned, and its own error counts.
func TestActionWithinGrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, count := newLab(t), &abandoned{}
		l.does["slow"] = func(ctx context.Context, c *flow.Call) (any, error) {
			<-ctx.Done()
			time.Sleep(abandon.Grace - time.Millisecond)
			return nil, &flow.Error{Class: flow.Permanent, Message: "half of it was sent"}
		}
		r := l.start("action \"do\" \"slow\" { timeout = \"1s\" }")
		r.Abandoned = count
		out := flow.Execute(t.Context(), r)
		if _, total := count.counts(); total != 0 || out.Err.Message != "half of it was sent" {
			t.Errorf("%d abandoned, error %v", total, out.Err)
		}
	})
}

// TestAnswerBeforeTheEnd: an answer that was given in time counts, even if its
// action returns late.
func TestAnswerBeforeTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, count := newLab(t), &abandoned{}
		l.does["slow"] = func(_ context.Context, c *flow.Call) (any, error) {
			err := c.Respond(&flow.Response{Status: 201})
			time.Sleep(time.Hour)
			return nil, err
		}
		r := l.start("action \"do\" \"slow\" { timeout = \"1s\" }")
		r.Abandoned = count
		out := flow.Execute(t.Context(), r)
		if _, total := count.counts(); total != 0 || out.Response == nil || out.Response.Status != 201 {
			t.Errorf("%d abandoned, outcome %+v", total, out)
		}
	})
}

// TestAbandonedInOneRun: a run that leaves one action after the other is stopped
// before they are many.
func TestAbandonedInOneRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		full  bool
		total int
	}{{"others run none", false, 4}, {"others run many", true, 1}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l, count, release := newLab(t), &abandoned{full: c.full}, make(chan struct{})
				l.does["slow"] = func(context.Context, *flow.Call) (any, error) {
					<-release
					return nil, nil
				}
				r := l.start(`
action "do" "slow" {
  timeout = "1s"
  retry {
    attempts = 50
    initial  = "0s"
  }
}`)
				r.Abandoned = count
				out := flow.Execute(t.Context(), r)
				if running, total := count.counts(); running != c.total || total != c.total {
					t.Errorf("%d of %d still run, want %d", running, total, c.total)
				}
				if out.Err == nil || !strings.Contains(out.Err.Message, "still have not ended") {
					t.Errorf("error %v", out.Err)
				}
				close(release)
			})
		})
	}
}

// blocked is a value that can't be read before it is released.
type blocked struct{ release chan struct{} }

func (b blocked) Get(string) (any, bool) { <-b.release; return "x", true }
func (b blocked) Map() map[string]any    { <-b.release; return map[string]any{} }

var _ value.Object = blocked{}

// TestStubbornExpressions: conditions and the fields of actions that hold others
// end in time too.
func TestStubbornExpressions(t *testing.T) {
	t.Parallel()
	for name, flows := range map[string]string{
		"condition": "action \"do\" \"a\" { when = length(webhook.body.list) > 0 }",
		"inside":    "action \"group\" \"g\" {\n  action \"do\" \"a\" { when = length(webhook.body.list) > 0 }\n}",
		"field":     "action \"do\" \"a\" { give = upper(webhook.body.text) }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l, count, release := newLab(t), &abandoned{}, make(chan struct{})
				r := l.start(flows)
				r.Abandoned, r.Event = count, event{body: blocked{release}}
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				began := time.Now()
				out := flow.Execute(ctx, r)
				if took := time.Since(began); took != 2*time.Second+abandon.Grace || out.Err == nil || out.Err.Reason != flow.ReasonTimeout {
					t.Errorf("after %s: %v", took, out.Err)
				}
				close(release)
				synctest.Wait()
				if running, total := count.counts(); running != 0 || total != 1 {
					t.Errorf("%d of %d still run", running, total)
				}
			})
		})
	}
}

// TestQuickAction: an action that ends at once needs no goroutine of its own, and one
// that does not begins again in it.
func TestQuickAction(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.quick = map[string]func(*flow.Call) (any, bool){
		"soon":   func(*flow.Call) (any, bool) { return "soon", true },
		"later":  func(*flow.Call) (any, bool) { return "half", false },
		"broken": func(*flow.Call) (any, bool) { panic("broken") },
	}
	r := l.start(`
action "do" "soon" { give = "not so" }
action "do" "later" { give = "at last" }
action "do" "broken" { give = "never" }`)
	out := flow.Execute(t.Context(), r)
	if out.State != flow.Failed || out.Err.Action != "broken" || out.Err.Class != flow.Internal {
		t.Errorf("outcome %+v", out)
	}
	if got := l.states(); got != "soon:succeeded later:succeeded broken:failed" {
		t.Errorf("states %s", got)
	}
	if l.records[0].Output != "soon" || l.records[1].Output != "at last" {
		t.Errorf("outputs %v and %v", l.records[0].Output, l.records[1].Output)
	}
	if got := strings.Join(l.ran, " "); got != "later" {
		t.Errorf("%s ran apart, want later", got)
	}
}
