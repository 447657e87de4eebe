package command_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// arrival is one request of an action.
type arrival struct {
	order int64 // among all that came
	life  int64 // of the gateway, counted by the test
	key   string
	run   string
}

// receiver is the outside of the flows under test: it notes who called it.
type receiver struct {
	url   string
	life  atomic.Int64
	next  atomic.Int64
	power power                              // nothing arrives while it is cut
	pace  func(path string, r *http.Request) // before the answer, may be nil

	mu  sync.Mutex
	got map[int64]map[string][]arrival // by number of the request, then by path
}

// longestWait is how long a run may take to come through. One that was lost twice
// without a step done in between waits ten seconds for its next attempt, and
// twice as long each time.
const longestWait = 3 * time.Minute

// power tells whether it was on all the time since a moment. It is cut and on
// again in turns.
type power struct{ turns atomic.Int64 }

func (p *power) turn()      { p.turns.Add(1) }
func (p *power) now() int64 { return p.turns.Load() }

func (p *power) since(moment int64) bool { return moment%2 == 0 && p.now() == moment }

func newReceiver(t *testing.T, pace func(path string, r *http.Request)) *receiver {
	t.Helper()
	r := &receiver{pace: pace, got: map[int64]map[string][]arrival{}}
	s := httptest.NewServer(r)
	t.Cleanup(s.CloseClientConnections)
	t.Cleanup(s.Close)
	r.url = s.URL
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var body struct {
		N   int64
		Run string
	}
	on := r.power.now()
	text, err := io.ReadAll(req.Body)
	if err == nil {
		err = json.Unmarshal(text, &body)
	}
	if err != nil {
		return // cut off by a kill: the action has not arrived
	}
	r.mu.Lock()
	if !r.power.since(on) {
		r.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	if r.got[body.N] == nil {
		r.got[body.N] = map[string][]arrival{}
	}
	a := arrival{order: r.next.Add(1), life: r.life.Load(), key: req.Header.Get("Idempotency-Key"), run: body.Run}
	r.got[body.N][req.URL.Path] = append(r.got[body.N][req.URL.Path], a)
	r.mu.Unlock()
	if r.pace != nil {
		r.pace(req.URL.Path, req)
	}
	_, _ = io.WriteString(w, "done")
}

func (r *receiver) at(n int64, path string) []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]arrival(nil), r.got[n][path]...)
}

// missing is the first of the numbers that has not come to a path in time; 0
// where all have.
func (r *receiver) missing(numbers []int64, path string, within time.Duration) int64 {
	until := time.Now().Add(within)
	for _, n := range numbers {
		for len(r.at(n, path)) == 0 {
			if time.Now().After(until) {
				return n
			}
			elapse(5 * time.Millisecond)
		}
	}
	return 0
}

// await waits until all of the numbers have come to a path.
func (r *receiver) await(t *testing.T, numbers []int64, path string, within time.Duration) {
	t.Helper()
	if n := r.missing(numbers, path, within); n != 0 {
		t.Fatalf("request %d did not come to %s within %v", n, path, within)
	}
}

// check reports what must not be: a completed action that came again, an action
// that came twice in one life, a key that is not that of its action.
func (r *receiver) check(t *testing.T, paths ...string) (repeated int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for n, by := range r.got {
		for i, path := range paths {
			came := by[path]
			for j, a := range came {
				if a.key != a.run+path || a.run != came[0].run {
					t.Errorf("request %d came to %s as run %s with key %q, at first as run %s", n, path, a.run, a.key, came[0].run)
				}
				if j > 0 && a.life == came[j-1].life {
					t.Errorf("request %d came to %s twice without a kill in between", n, path)
				}
			}
			repeated += max(len(came)-1, 0)
			if i+1 < len(paths) && len(by[paths[i+1]]) > 0 && len(came) > 0 && came[len(came)-1].order > by[paths[i+1]][0].order {
				t.Errorf("request %d came to %s again after it had gone on to %s", n, path, paths[i+1])
			}
			if len(came) == 0 && i+1 < len(paths) && len(by[paths[i+1]]) > 0 {
				t.Errorf("request %d came to %s and never to %s before", n, paths[i+1], path)
			}
		}
	}
	return repeated
}
