package engine_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/gateway"
)

// memory is a listener without a network, so that connections run on the clock
// of a synctest bubble.
type memory struct {
	addr   net.Addr
	conns  chan net.Conn
	closed chan struct{}
	err    chan error // returned by Accept
}

func newMemory(addr net.Addr) *memory {
	return &memory{addr: addr, conns: make(chan net.Conn), closed: make(chan struct{}), err: make(chan error)}
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case err := <-m.err:
		return nil, err
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	select {
	case <-m.closed:
	default:
		close(m.closed)
	}
	return nil
}

func (m *memory) Addr() net.Addr { return m.addr }

// caller is the far end of a connection.
type caller struct {
	t testing.TB
	net.Conn
	in *bufio.Reader
}

func (m *memory) dial(t testing.TB) *caller {
	t.Helper()
	far, near := net.Pipe()
	select {
	case m.conns <- near:
	case <-m.closed:
		_ = near.Close() // refused
	}
	t.Cleanup(func() { _ = far.Close() })
	return &caller{t, far, bufio.NewReader(far)}
}

// send writes text. The test fails if the other side does not read it.
func (c *caller) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.Conn, text); err != nil {
		c.t.Errorf("sending %q: %v", text, err)
	}
}

// post sends a request with a body.
func (c *caller) post(path, body string) {
	c.t.Helper()
	c.send(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body))
}

// get sends a request without a body.
func (c *caller) get(path string) { c.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n") }

// wireReply is a complete response.
type wireReply struct {
	status int
	header http.Header
	close  bool // the connection ends after it
	body   string
}

// answer reads the next response.
func (c *caller) answer() wireReply {
	c.t.Helper()
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.t.Fatalf("reading an answer: %v", err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Errorf("reading a body: %v", err)
	}
	_ = response.Body.Close()
	return wireReply{response.StatusCode, response.Header, response.Close, string(body)}
}

func (c *caller) wantStatus(want int) wireReply {
	c.t.Helper()
	r := c.answer()
	if r.status != want {
		c.t.Errorf("status %d, want %d: %s", r.status, want, r.body)
	}
	return r
}

// wantEnd waits until the other side closes.
func (c *caller) wantEnd() {
	c.t.Helper()
	if rest, err := io.ReadAll(c.in); err != nil || len(rest) > 0 {
		c.t.Errorf("%q is left, %v", rest, err)
	}
}

// live is a running gateway.
type live struct {
	*lab
	g      *gateway.Gateway
	public *memory
	stop   context.CancelFunc
	ended  chan error // of Run
}

// serveIn runs a gateway in a synctest bubble. prepare sets its flows and
// settings.
func serveIn(t *testing.T, prepare func(l *lab), test func(s *live)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		prepare(l)
		s := &live{lab: l, g: l.start(), ended: make(chan error, 1)}
		s.public = newMemory(&net.TCPAddr{IP: net.IPv4zero, Port: 8080})
		ctx, stop := context.WithCancel(context.Background())
		s.stop = stop
		go func() { s.ended <- s.g.Run(ctx, s.public) }()
		synctest.Wait()
		test(s)
		stop()
		for range cap(l.release) {
			select {
			case l.release <- struct{}{}:
			default:
			}
		}
		synctest.Wait()
		select {
		case err := <-s.ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(10 * time.Minute):
			t.Error("the gateway does not end")
		}
	})
}

func (s *live) wantReady(want bool) {
	s.t.Helper()
	if got := s.g.Status().Ready; got != want {
		s.t.Errorf("ready: %v, want %v", got, want)
	}
}

// noErrors checks that no warning or error was logged.
func (s *live) noErrors() {
	s.t.Helper()
	if lines := append(s.lines.all(`"level":"error"`), s.lines.all(`"level":"warn"`)...); len(lines) > 0 {
		s.t.Errorf("logged:\n%s", strings.Join(lines, "\n"))
	}
}
