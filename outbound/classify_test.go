package outbound

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"syscall"
	"testing"
)

type tardy struct{ error }

func (tardy) Timeout() bool   { return true }
func (tardy) Temporary() bool { return true }

// TestClassify covers what servers cannot be made to cause at will. The texts
// are those of net/http, with a secret where the server has its say.
func TestClassify(t *testing.T) {
	t.Parallel()
	const closed = "the server closed the connection before its answer was complete; the request may have arrived"
	reset := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	tests := []struct {
		name         string
		err          error
		reason, text string
	}{
		{"reset", fmt.Errorf("hunter2: %w", reset), ReasonConnect, "the connection was lost: connection reset by peer; the request may have arrived"},
		{"closed while idle", errors.New("http: server closed idle connection"), ReasonConnect, closed},
		{"closed by us", fmt.Errorf("hunter2: %w", net.ErrClosed), ReasonConnect, closed},
		{"going away", errors.New(`http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR, debug="hunter2"`), ReasonConnect, closed},
		{"dead HTTP/2 connection", errors.New("http2: client connection lost"), ReasonConnect, closed},
		{"stream refused", errors.New("stream error: stream ID 1; REFUSED_STREAM; received from peer"), ReasonConnect, closed},
		{"stream against the protocol", errors.New("stream error: stream ID 1; PROTOCOL_ERROR; received from peer"), ReasonProtocol, "the server's answer is not valid HTTP: PROTOCOL_ERROR"},
		{"large HTTP/2 header", errors.New("http2: response header list larger than advertised limit"), ReasonTooLarge, "the response header is larger than 1MiB"},
		{"TLS library", fmt.Errorf("tls: server selected unsupported protocol version 301"), ReasonTLS, "tls: server selected unsupported protocol version 301"},
		{"timeout", fmt.Errorf("hunter2: %w", tardy{io.EOF}), ReasonTimeout, "the server did not answer in time"},
		{"unknown", errors.New("hunter2 hunter2"), ReasonProtocol, "the server's answer is not valid HTTP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := classifyError(t.Context(), tt.err)
			if e.Reason != tt.reason || e.Error() != tt.text {
				t.Errorf("got %s: %q, want %s: %q", e.Reason, e, tt.reason, tt.text)
			}
			mustHide(t, e, "hunter2")
		})
	}
}

// TestAbortedAnswers: a handler gives up, over both versions of HTTP, before
// and after it began to answer.
func TestAbortedAnswers(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{false, true} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/body" {
				_, _ = io.WriteString(w, "the first part")
				w.(http.Flusher).Flush()
			}
			panic(http.ErrAbortHandler)
		}))
		s.EnableHTTP2 = http2
		s.StartTLS()
		t.Cleanup(s.Close)
		c := newClient(t, Options{TLS: trusting(s)}, "127.0.0.1")
		for _, path := range []string{"/header", "/body"} {
			t.Run(fmt.Sprintf("HTTP/2 %v%s", http2, path), func(t *testing.T) {
				t.Parallel()
				_ = mustFail(t, c, &Request{Method: "POST", URL: s.URL + path, Body: []byte("x")}, ReasonConnect)
			})
		}
	}
}

func TestExplainDial(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"no such host":                           &net.DNSError{IsNotFound: true},
		"the name server did not answer in time": &net.DNSError{IsTimeout: true},
		"the host's name could not be looked up": &net.DNSError{Err: "server misbehaving"},
		"no connection: the network gave up":     errors.New("hunter2"),
		"no connection: connection refused":      &net.OpError{Err: syscall.ECONNREFUSED},
		"the host has no address to connect to":  &net.AddrError{Err: "no suitable address found"},
	} {
		if got := new(guard).explain(err); got.Error() != want || got.Reason != ReasonConnect {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
