package actiontest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Server is a server that records its requests.
type Server struct {
	*httptest.Server
	mu   sync.Mutex
	seen []Request
}

// Request is a request as it came.
type Request struct {
	Method, URI string
	Header      http.Header
	Body        string
}

// Serve starts a server on loopback that answers by the handler, or with an
// empty 200 where it is nil.
func Serve(t *testing.T, handler http.HandlerFunc) *Server {
	t.Helper()
	r := &Server{}
	r.Server = httptest.NewServer(r.note(handler))
	t.Cleanup(r.Close)
	return r
}

func (r *Server) note(handler http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		body, _ := io.ReadAll(in.Body)
		r.mu.Lock()
		r.seen = append(r.seen, Request{Method: in.Method, URI: in.RequestURI, Header: in.Header.Clone(), Body: string(body)})
		r.mu.Unlock()
		if handler != nil {
			handler(w, in)
		}
	})
}

// Requests returns the requests so far.
func (r *Server) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Request(nil), r.seen...)
}

// OnlyRequest returns the only request that came.
func (r *Server) OnlyRequest(t *testing.T) Request {
	t.Helper()
	seen := r.Requests()
	if len(seen) != 1 {
		t.Fatalf("%d requests came, want 1", len(seen))
	}
	return seen[0]
}
