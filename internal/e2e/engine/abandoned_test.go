package engine_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/gateway/run"
)

const stubbornFlows = `
flow "stubborn" {
  trigger "test" {
    path    = "/stubborn"
    timeout = "5s"
  }
  action "use" "u" { key = "k" }
  action "hold" "h" { stubborn = true }
}
flow "quick" {
  trigger "test" { path = "/quick" }
  action "answer" "a" { text = "here" }
}
`

// TestStubbornActions: callers get 504 in time although the actions of their
// runs go on, and other flows answer. Above the limit new runs are refused until
// some of the actions end.
func TestStubbornActions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.write(stubbornFlows)
		g := l.start()
		began := time.Now()
		for i := range run.MaxAbandoned {
			if r := call(g, http.MethodPost, "/stubborn", ""); r.Code != http.StatusGatewayTimeout {
				t.Fatalf("request %d got %d: %s", i, r.Code, r.Body)
			}
			if i == 0 {
				if r := call(g, http.MethodPost, "/quick", ""); r.Code != http.StatusOK {
					t.Errorf("another flow got %d", r.Code)
				}
			}
		}
		if took := time.Since(began); took > run.MaxAbandoned*6*time.Second {
			t.Errorf("%d callers waited %s", run.MaxAbandoned, took)
		}
		refused := call(g, http.MethodPost, "/quick", "")
		if refused.Code != http.StatusServiceUnavailable || refused.Header().Get("Retry-After") == "" {
			t.Errorf("above the limit: %d %v", refused.Code, refused.Header())
		}
		for name, want := range map[string]float64{
			"gateway_abandoned_computations": run.MaxAbandoned, "gateway_abandoned_computations_total": run.MaxAbandoned, "gateway_runs_in_flight": run.MaxAbandoned,
		} {
			if n := seriesValue(t, g, name, nil); n != want {
				t.Errorf("%s is %v, want %v", name, n, want)
			}
		}
		g.Close()
		if n := l.closed.Load(); n != 0 {
			t.Error("a resource of the flow was closed while its actions run")
		}
		for range run.MaxAbandoned {
			l.release <- struct{}{}
		}
		synctest.Wait()
		if n := l.closed.Load(); n != 1 {
			t.Errorf("%d resources closed after the last action has ended", n)
		}
		if n := seriesValue(t, g, "gateway_abandoned_computations", nil) + seriesValue(t, g, "gateway_runs_in_flight", nil); n != 0 {
			t.Errorf("%v actions or slots are left", n)
		}
	})
}

// TestRunsAfterAbandoned: runs are accepted again as soon as one of too many
// abandoned actions has ended.
func TestRunsAfterAbandoned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.write(stubbornFlows)
		g := l.start()
		for range run.MaxAbandoned {
			call(g, http.MethodPost, "/stubborn", "")
		}
		l.release <- struct{}{}
		synctest.Wait()
		if r := call(g, http.MethodPost, "/quick", ""); r.Code != http.StatusOK {
			t.Errorf("got %d: %s", r.Code, r.Body)
		}
		close(l.release)
	})
}
