package command_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// threeActions is an async flow that calls three others, one after another.
func threeActions(url string) string {
	flow := `
gateway {
  egress { allow = ["127.0.0.1"] }
}
flow "load" {
  trigger "webhook" {
    path = "/load"
    variable "n" { type = number }
  }
`
	for _, name := range []string{"one", "two", "three"} {
		flow += fmt.Sprintf(`
  action "http" %q {
    url  = "%s/%s"
    json = { n = webhook.n, run = run.id }
  }
`, name, url, name)
	}
	return flow + fmt.Sprintf(`
  on_error {
    action "http" "failed" {
      url  = "%s/failed"
      json = { n = webhook.n, run = run.id }
    }
  }
}
`, url)
}

// TestCrash kills a gateway under load repeatedly. Each accepted run finishes,
// no completed action is repeated, and an action that was under way is repeated
// with the same key.
func TestCrash(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any will do
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // repeatable, not secret
	var stuck atomic.Int64                   // how many further calls are not answered
	r := newReceiver(t, func(_ string, req *http.Request) {
		if stuck.Add(-1) >= 0 {
			<-req.Context().Done()
		}
	})
	s := newSite(t, threeActions(r.url))
	l := startTraffic(t, r, 6, 2)
	for range 14 {
		p := s.start(t)
		l.to(p.base)
		r.awaitCalls(t, random.Int64N(400))
		stuck.Store(random.Int64N(4))
		r.awaitCalls(t, random.Int64N(4))
		p.kill()
		r.awaitClosed(t, r)
		stuck.Store(0)
		r.life.Add(1)
	}
	p := s.start(t)
	l.to(p.base)
	awaitMore(t, 10, l)
	numbers := l.end()
	r.await(t, numbers, "/three")
	awaitIdle(t, p) // a call that came may have been cut off, and its run waits before it calls again
	p.stop()
	repeated := r.check(t, "/one", "/two", "/three")
	t.Logf("%d accepted, %d other answers %v, %d actions repeated", len(numbers), len(l.refused), l.refused, repeated)
	if len(numbers) < 100 {
		t.Errorf("only %d requests were accepted", len(numbers))
	}
	for _, n := range numbers {
		if len(r.at(n, "/failed")) > 0 {
			t.Errorf("request %d came to on_error", n)
		}
	}
	checkFinished(t, openData(t, s), l.accepted, 0)
}

// TestCrashAfterAnswer kills a gateway after a sync run has answered and before
// it has ended.
func TestCrashAfterAnswer(t *testing.T) {
	t.Parallel()
	var stuck atomic.Bool
	stuck.Store(true)
	r := newReceiver(t, func(path string, req *http.Request) {
		if path == "/two" && stuck.Load() {
			<-req.Context().Done()
		}
	})
	s := newSite(t, continuing(r.url))
	p := s.start(t)
	run, status, err := postNumber(http.DefaultClient, p.base+"/load", 1)
	if err != nil || status != http.StatusAccepted {
		t.Fatal(status, err)
	}
	r.await(t, []int64{1}, "/two")
	p.kill()
	r.life.Add(1)
	stuck.Store(false)
	p = s.start(t)
	r.await(t, []int64{1}, "/three")
	p.stop()
	if repeated := r.check(t, "/one", "/two", "/three"); repeated != 1 || len(r.at(1, "/two")) != 2 {
		t.Errorf("%d actions were repeated; only the second was under way", repeated)
	}
	checkFinished(t, openData(t, s), map[int64]string{1: run}, 2)
}

// continuing is threeActions as a sync flow that answers after the first action.
func continuing(url string) string {
	flow := strings.Replace(threeActions(url), `path = "/load"`, "path = \"/load\"\n    mode = \"sync\"", 1)
	return strings.Replace(flow, `  action "http" "two"`, `
  action "respond" "ok" {
    status = 202
    json   = {}
    then   = "continue"
  }
  action "http" "two"`, 1)
}

// TestCrashAfterEffectInBranch kills a gateway after the last action of one branch of a
// parallel, while the other branch is under way. The effect was stored a moment after
// it, though no action follows, and is not repeated.
func TestCrashAfterEffectInBranch(t *testing.T) {
	t.Parallel()
	var stuck atomic.Bool
	stuck.Store(true)
	r := newReceiver(t, func(path string, req *http.Request) {
		if path == "/two" && stuck.Load() {
			<-req.Context().Done()
		}
	})
	s := newSite(t, inBranches(r.url))
	p := s.start(t)
	run, status, err := postNumber(http.DefaultClient, p.base+"/load", 1)
	if err != nil || status != http.StatusOK {
		t.Fatal(status, err)
	}
	r.await(t, []int64{1}, "/one")
	r.await(t, []int64{1}, "/two")
	signaltest.Repeat(t, "the effect is stored", func() bool {
		answer := ask(t, "http://"+p.admin+"/api/v1/runs/"+run, "")
		return answer.status == http.StatusOK && strings.Contains(answer.body, r.url+"/one") // the input of its step
	})
	p.kill()
	r.life.Add(1)
	stuck.Store(false)
	p = s.start(t)
	r.await(t, []int64{1}, "/three")
	awaitIdle(t, p)
	p.stop()
	if one, two := len(r.at(1, "/one")), len(r.at(1, "/two")); one != 1 || two != 2 {
		t.Errorf("the branches sent %d and %d requests, want 1 and, of the branch that was under way, 2", one, two)
	}
	checkFinished(t, openData(t, s), map[int64]string{1: run}, 2)
}

// inBranches is threeActions with the first two in branches of their own.
func inBranches(url string) string {
	flow := strings.Replace(threeActions(url), `  action "http" "one"`, `  action "parallel" "both" {
  action "http" "one"`, 1)
	return strings.Replace(flow, `  action "http" "three"`, `  }
  action "http" "three"`, 1)
}
