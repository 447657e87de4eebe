package engine_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// outside is a server that flows call. It records the calls, and holds or fails
// some.
type outside struct {
	url     string
	changed *signaltest.Signal // sent when a call begins or ends

	mu    sync.Mutex
	calls map[string][]string      // bodies by path
	heads map[string][]http.Header // header fields by path
	fails map[string]int           // how many calls of a path get a 503 yet
	held  map[string]chan struct{} // calls of a path wait until it is closed
	now   map[string]int           // under way
	peak  map[string]int
}

func newOutside(t *testing.T, changed *signaltest.Signal) *outside {
	o := &outside{
		changed: changed,
		calls:   map[string][]string{}, heads: map[string][]http.Header{}, fails: map[string]int{},
		held: map[string]chan struct{}{}, now: map[string]int{}, peak: map[string]int{},
	}
	s := httptest.NewServer(o)
	t.Cleanup(func() {
		o.open()
		s.CloseClientConnections()
		s.Close()
	})
	o.url = s.URL
	return o
}

func (o *outside) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	path := r.URL.Path
	o.mu.Lock()
	o.calls[path] = append(o.calls[path], string(body))
	o.heads[path] = append(o.heads[path], r.Header.Clone())
	o.now[path]++
	o.peak[path] = max(o.peak[path], o.now[path])
	fail := o.fails[path] > 0
	o.fails[path]--
	held := o.held[path]
	o.mu.Unlock()
	o.changed.Send()
	if held != nil {
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}
	o.mu.Lock()
	o.now[path]--
	o.mu.Unlock()
	o.changed.Send()
	if fail {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"echo": "`+strings.TrimPrefix(path, "/")+`"}`)
}

// hold keeps calls of a path waiting until the returned function is called.
func (o *outside) hold(path string) (release func()) {
	c := make(chan struct{})
	o.mu.Lock()
	o.held[path] = c
	o.mu.Unlock()
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.held[path] == c {
			delete(o.held, path)
			close(c)
		}
	}
}

func (o *outside) open() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for path, c := range o.held {
		delete(o.held, path)
		close(c)
	}
}

func (o *outside) fail(path string, times int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fails[path] = times
}

func (o *outside) count(path string) int { return len(o.bodies(path)) }

func (o *outside) bodies(path string) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.calls[path]...)
}

// sent returns the header fields of the calls of a path.
func (o *outside) sent(path string) []http.Header {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]http.Header(nil), o.heads[path]...)
}

func (o *outside) most(path string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.peak[path]
}
