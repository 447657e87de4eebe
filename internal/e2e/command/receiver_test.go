package command_test

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
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
	*door
	changed *signaltest.Signal // sent when a call begins or ends, and by the traffic
	calls   atomic.Int64       // begun or ended

	life  atomic.Int64
	next  atomic.Int64
	power power                              // no call counts while it is cut
	pace  func(path string, r *http.Request) // before the answer, may be nil

	mu  sync.Mutex
	got map[int64]map[string][]arrival // by number of the request, then by path
}

// power counts its changes: it is cut and restored in turn. So since reports
// whether it was on all the time since a moment.
type power struct{ turns atomic.Int64 }

func (p *power) turn()      { p.turns.Add(1) }
func (p *power) now() int64 { return p.turns.Load() }

func (p *power) since(moment int64) bool { return moment%2 == 0 && p.now() == moment }

func newReceiver(t *testing.T, pace func(path string, r *http.Request)) *receiver {
	t.Helper()
	r := &receiver{pace: pace, changed: &signaltest.Signal{}, got: map[int64]map[string][]arrival{}}
	r.door = r.newDoor(t)
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
	r.countCall()
	defer r.countCall()
	if r.pace != nil {
		r.pace(req.URL.Path, req)
	}
	_, _ = io.WriteString(w, "done")
}

func (r *receiver) countCall() {
	r.calls.Add(1)
	r.changed.Send()
}

// awaitCalls waits until that many calls more have begun or ended.
func (r *receiver) awaitCalls(t *testing.T, more int64) {
	t.Helper()
	before := r.calls.Load()
	r.changed.Await(t, "calls arrive", func() bool { return r.calls.Load() >= before+more })
}

func (r *receiver) has(n int64, path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.got[n][path]) > 0
}

func (r *receiver) at(n int64, path string) []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]arrival(nil), r.got[n][path]...)
}

// missing returns the first of the numbers that does not come to a path; 0 if
// all do.
func (r *receiver) missing(numbers []int64, path string) int64 {
	for _, n := range numbers {
		if !r.changed.Wait(func() bool { return r.has(n, path) }) {
			return n
		}
	}
	return 0
}

// await waits until all of the numbers have come to a path.
func (r *receiver) await(t *testing.T, numbers []int64, path string) {
	t.Helper()
	if n := r.missing(numbers, path); n != 0 {
		t.Fatalf("request %d did not come to %s", n, path)
	}
}

// check reports a completed action that came again, an action that came twice
// in one life, and a key of another action. It returns the number of repeated
// actions.
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
