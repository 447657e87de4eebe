package outbound

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// pipeTo makes a dialer whose connections' far ends come out of far.
func pipeTo(far chan<- net.Conn) dialFunc {
	return func(context.Context, *net.Dialer, string, string) (net.Conn, error) {
		near, other := net.Pipe()
		far <- other
		return near, nil
	}
}

// answering is a client, every request of which is answered by say, byte for
// byte, and the end of the connection. The request's target stands for "{echo}".
func answering(t *testing.T, say string) *Client {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go answer(conn, say)
		}
	}()
	c := newClient(t, Options{})
	divert(c, l.Addr())
	return c
}

func answer(conn net.Conn, say string) {
	defer func() { _ = conn.Close() }()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	_, _ = io.WriteString(conn, strings.ReplaceAll(say, "{echo}", r.RequestURI))
}

func TestBrokenAnswers(t *testing.T) {
	t.Parallel()
	const lost = "the server closed the connection before its answer was complete"
	tests := []struct {
		name, say, reason, want string
	}{
		{"nothing", "", ReasonConnect, lost},
		{"half a header", "HTTP/1.1 200 OK\r\nX-A: b\r\n", ReasonConnect, lost},
		{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", ReasonConnect, lost},
		{"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nabc", ReasonConnect, lost},
		{"half a gzip body", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 30\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00", ReasonConnect, lost},
		{"another protocol", "220 mail.example ESMTP {echo}\r\n", ReasonProtocol, "the server's answer is not valid HTTP: malformed HTTP"},
		{"echo", "GET {echo} HTTP/1.1\r\n\r\n", ReasonProtocol, "the server's answer is not valid HTTP: malformed HTTP"},
		{"status", "HTTP/1.1 {echo}\r\n\r\n", ReasonProtocol, "the server's answer is not valid HTTP: malformed HTTP"},
		{"header", "HTTP/1.1 200 OK\r\n{echo}\r\n\r\n", ReasonProtocol, "the server's answer is not valid HTTP: malformed MIME header"},
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: {echo}\r\n\r\n", ReasonProtocol, "the server's answer is not valid HTTP: bad Content-Length"},
		{"encoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: {echo}\r\n\r\n", ReasonProtocol, "the server's answer is not valid HTTP: unsupported transfer encoding"},
		{"chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{echo}\r\n", ReasonProtocol, "the server's answer is not valid HTTP: invalid byte in chunk length"},
		{"not gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", ReasonProtocol, "the response body is not the gzip its Content-Encoding says"},
		{"gzip cut short", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n\x1f\x8b\x08\x00\x00", ReasonProtocol, "the response body is not the gzip its Content-Encoding says"},
		{"not brotli", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 5\r\n\r\nhello", ReasonProtocol, "the response body is not the br its Content-Encoding says"},
		{"half a brotli body", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 30\r\n\r\nabc", ReasonConnect, lost},
		{"switch", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: {echo}\r\n\r\n", ReasonProtocol, "the server switched to another protocol unasked"},
		{"large header", "HTTP/1.1 200 OK\r\nX-A: " + strings.Repeat("a", maxHeaderBytes+1) + "\r\n\r\n", ReasonTooLarge, "the response header is larger than 1MiB"},
		{"redirect to nowhere", "HTTP/1.1 302 Found\r\nLocation: ftp://x/{echo}\r\nContent-Length: 0\r\n\r\n", ReasonRedirect, "the server redirects to where no request can go: only http and https"},
		{"redirect that cannot be read", "HTTP/1.1 302 Found\r\nLocation: http://[{echo}\r\nContent-Length: 0\r\n\r\n", ReasonRedirect, "the server redirects to where no request can go: its Location"},
		{"redirect with a user", "HTTP/1.1 302 Found\r\nLocation: http://a:b@c{echo}\r\nContent-Length: 0\r\n\r\n", ReasonRedirect, "the server redirects to where no request can go: the URL holds a user"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := mustFail(t, answering(t, tt.say), &Request{Method: "POST", URL: "http://93.184.215.14/hunter2", Redirects: 3}, tt.reason)
			if !strings.HasPrefix(e.Error(), "http://93.184.215.14: "+tt.want) {
				t.Errorf("got  %s\nwant http://93.184.215.14: %s", e, tt.want)
			}
			mustHide(t, e, "hunter2")
		})
	}
}
