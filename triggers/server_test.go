package triggers

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// serve runs a trigger behind a real server and returns its address. before is
// called with each request before the trigger sees it, and problems gets the
// answers of the trigger.
func serve(t *testing.T, w *webhook, before func(http.ResponseWriter)) (addr string, problems <-chan *flow.Problem) {
	t.Helper()
	refusals := make(chan *flow.Problem, 1)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		before(rw)
		_, problem := w.Accept(r, flow.Incoming{
			RemoteIP: netip.MustParseAddr("127.0.0.1"), ReceivedAt: testTime, Limits: flow.Limits{Body: 100},
		})
		if problem != nil {
			rw.WriteHeader(problem.Status)
		}
		refusals <- problem
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), refusals
}

// dial sends the beginning of a request and returns the connection.
func dial(t *testing.T, addr string, lines ...string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\n"+strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	return conn
}

func statusLine(t *testing.T, conn net.Conn) string {
	t.Helper()
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func nothingBefore(http.ResponseWriter) {}

// TestExpectContinue checks that a caller that sends Expect is asked for the body
// only where it is wanted.
func TestExpectContinue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ declared, length, want string }{
		"wanted":        {"", "2", "HTTP/1.1 100 Continue"},
		"too large":     {"", "101", "HTTP/1.1 413 Request Entity Too Large"},
		"not let in":    {bearerAuth, "2", "HTTP/1.1 401 Unauthorized"},
		"wrong address": {`allow_ips = ["192.0.2.1"]`, "2", "HTTP/1.1 403 Forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, _ := serve(t, mustLoad(t, c.declared), nothingBefore)
			conn := dial(t, addr, "Expect: 100-continue", "Content-Length: "+c.length)
			if got := statusLine(t, conn); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestSlowBody(t *testing.T) {
	t.Parallel()
	addr, problems := serve(t, mustLoad(t, ""), func(rw http.ResponseWriter) {
		if err := http.NewResponseController(rw).SetReadDeadline(time.Unix(1, 0)); err != nil {
			t.Error(err)
		}
	})
	dial(t, addr, "Content-Length: 10")
	if problem := <-problems; problem == nil || problem.Status != 408 {
		t.Errorf("%+v", problem)
	}
}

func TestBrokenOff(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string][]string{
		"announced":    {"Content-Length: 10", "", "{"},
		"chunked":      {"Transfer-Encoding: chunked", "", "5", "{"},
		"wrong chunks": {"Transfer-Encoding: chunked", "", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, problems := serve(t, mustLoad(t, ""), nothingBefore)
			conn := dial(t, addr, lines...)
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			if problem := <-problems; problem == nil || problem.Status != 400 || problem.Outcome != "disconnected" {
				t.Errorf("%+v", problem)
			}
		})
	}
}
