// Package wiretest has HTTP servers that break connections at a chosen moment and
// count the requests that arrive on the wire.
package wiretest

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Moment is a point of an exchange at which a server breaks the connection.
type Moment string

// The moments, in the order in which they pass, and a server that breaks nothing.
const (
	FirstByte  Moment = "at the first byte of the request" // with a reset
	Header     Moment = "after the header of the request"
	Body       Moment = "after the body of the request"
	AnswerHead Moment = "in the header of the answer"
	AnswerBody Moment = "in the body of the answer"
	Never      Moment = ""
)

// Moments returns the moments at which a server breaks the connection.
func Moments() []Moment { return []Moment{FirstByte, Header, Body, AnswerHead, AnswerBody} }

// Server answers requests with its Answer and keeps the connection. At the moment
// during the second request it breaks the connection of that request, which is a new
// one if the client could not use the first one again.
type Server struct {
	URL    string
	Answer string

	moment Moment

	mu      sync.Mutex
	arrived int
}

// Start starts a server that answers with JSON. setting is nil for a server without
// TLS.
func Start(t *testing.T, setting *tls.Config, moment Moment) *Server {
	t.Helper()
	s := &Server{Answer: `{"ok":true}`, moment: moment}
	s.URL = "http://" + listen(t, setting, s.serve)
	if setting != nil {
		s.URL = "https" + strings.TrimPrefix(s.URL, "http")
	}
	return s
}

// Arrived returns how many requests began to arrive.
func (s *Server) Arrived() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.arrived
}

// count counts a request and returns when its connection breaks.
func (s *Server) count() Moment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.arrived++; s.arrived == 2 {
		return s.moment
	}
	return Never
}

func (s *Server) serve(conn net.Conn) {
	r := bufio.NewReader(conn)
	for {
		if _, err := r.Peek(1); err != nil {
			return
		}
		until := s.count()
		if tcp, ok := conn.(*net.TCPConn); ok && until == FirstByte {
			_ = tcp.SetLinger(0)
		}
		if s.exchange(conn, r, until); until != Never {
			return
		}
	}
}

// exchange reads a request and answers it, up to the moment.
func (s *Server) exchange(w io.Writer, r *bufio.Reader, until Moment) {
	if until == FirstByte {
		return
	}
	req, err := http.ReadRequest(r)
	if err != nil || until == Header {
		return
	}
	if _, err := io.Copy(io.Discard, req.Body); err != nil || until == Body {
		return
	}
	answer := s.Answer
	switch until {
	case AnswerHead:
		_, _ = io.WriteString(w, "HTTP/1.1 200 OK\r\nX-Half: yes\r\n")
		return
	case AnswerBody:
		answer = answer[:len(answer)/2]
	}
	_, _ = fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(s.Answer))
	if req.Method != http.MethodHead {
		_, _ = io.WriteString(w, answer)
	}
}
