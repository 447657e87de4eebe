package actions

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// recorder is a server that notes what it is sent.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	seen []sent
}

// sent is a request as it came.
type sent struct {
	method, uri string
	header      http.Header
	body        string
}

// serve starts a server on loopback that answers by the handler, or with an
// empty 200 where it is nil.
func serve(t *testing.T, handler http.HandlerFunc) *recorder {
	t.Helper()
	r := &recorder{}
	r.Server = httptest.NewServer(r.note(handler))
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) note(handler http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		body, _ := io.ReadAll(in.Body)
		r.mu.Lock()
		r.seen = append(r.seen, sent{method: in.Method, uri: in.RequestURI, header: in.Header.Clone(), body: string(body)})
		r.mu.Unlock()
		if handler != nil {
			handler(w, in)
		}
	})
}

// all returns what came so far.
func (r *recorder) all() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]sent(nil), r.seen...)
}

// one returns the only request that came.
func (r *recorder) one(t *testing.T) sent {
	t.Helper()
	seen := r.all()
	if len(seen) != 1 {
		t.Fatalf("%d requests came, want 1", len(seen))
	}
	return seen[0]
}
