package engine_test

import (
	"strings"
	"testing"
)

// TestAmbiguousLengths: a request whose end two readers could see at different
// places is refused, so that a proxy in front can't be made to pass a hidden one.
func TestAmbiguousLengths(t *testing.T) {
	t.Parallel()
	const head = "POST /x HTTP/1.1\r\nHost: localhost\r\n"
	for _, c := range []struct {
		fields string
		status int
	}{
		{"Content-Length: 1\r\nContent-Length: 2", 400},
		{"Content-Length: 1, 2", 400},
		{"Content-Length: +1", 400},
		{"Content-Length: -1", 400},
		{"Content-Length: 0x1", 400},
		{"Content-Length : 1", 400},
		{"Transfer-Encoding : chunked", 400},
		{"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 501},
		{"Transfer-Encoding: chunked, identity", 501},
		{"Transfer-Encoding: xchunked", 501},
		{"X\r: y", 400},
		{"Host: other", 400},
	} {
		serveIn(t, func(l *lab) { l.write(one("", "")) }, func(s *live) {
			caller := s.public.dial(s.t)
			go func() { _, _ = caller.Write([]byte(head + c.fields + "\r\n\r\na")) }() // the gateway may close the connection first
			if r := caller.answer(); r.status != c.status {
				s.t.Errorf("%q: %d %s, want %d", c.fields, r.status, r.body, c.status)
			}
			caller.wantEnd()
		})
	}
}

// TestChunksPrecedeALength: of a request with both forms of a length the chunks
// count, as RFC 9112 says.
func TestChunksPrecedeALength(t *testing.T) {
	t.Parallel()
	serveIn(t, func(l *lab) {
		l.write(one("", "action \"answer\" \"a\" {\n  text = req.body\n}"))
	}, func(s *live) {
		c := s.public.dial(s.t)
		go c.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n" +
			"GET /y HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if r := c.answer(); r.status != 200 || r.body != "a" {
			s.t.Errorf("%d %q", r.status, r.body)
		}
		c.wantStatus(404)
	})
}

// TestEndpointsServeNothingElse: the listener of the endpoints has no route of the
// admin listener.
func TestEndpointsServeNothingElse(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.write(one("", ""))
	g := l.start()
	for _, path := range strings.Fields("/ /healthz /readyz /metrics /-/reload /api/v1/status /api/v1/runs /debug/pprof/ /x/../metrics /openapi.json") {
		for _, method := range []string{"GET", "POST"} {
			if w := call(g, method, path, ""); w.Code != 404 {
				t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
			}
		}
	}
}
