package cmd_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"
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

// TestCrash kills a gateway under load again and again. What it accepted
// finishes; what was done stays done; what was under way is done again with
// the same key.
func TestCrash(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any will do
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // repeatable, not secret
	r := newReceiver(t, func(string, *http.Request) { <-time.After(time.Millisecond) })
	s := newSite(t, threeActions(r.url))
	l := startLoad(t, 6, 6*time.Millisecond)
	for range 14 {
		p := s.start(t)
		l.to(p.base)
		<-time.After(time.Duration(random.Int64N(int64(600 * time.Millisecond))))
		p.kill()
		<-time.After(20 * time.Millisecond) // what it sent last arrives
		r.life.Add(1)
	}
	p := s.start(t)
	l.to(p.base)
	<-time.After(100 * time.Millisecond)
	numbers := l.end()
	slices.Sort(numbers)
	r.await(t, numbers, "/three", 40*time.Second)
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
