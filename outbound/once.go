package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
)

// maxResends bounds how often one request is sent again after connections on which
// it was certainly not processed.
const maxResends = 20

// countedConn counts the bytes that were written to a connection.
type countedConn struct {
	net.Conn

	written atomic.Int64
}

func (c *countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.written.Add(int64(n))
	return n, err
}

// countBytes makes the connections of dial countedConns, and counts them.
func (c *Client) countBytes(dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c.countDial()
		return &countedConn{Conn: conn}, nil
	}
}

// sending observes one request on its way through a transport, and keeps the
// transport from sending it twice.
//
// A transport sends some requests again after a connection was lost: GET, HEAD and
// every request with an Idempotency-Key over HTTP/1.1 (isReplayable in net/http),
// all requests over HTTP/2 whose stream ended with one of a few errors
// (http2canRetryError). It reports each connection that it is going to use. From
// the second connection on, sending ends the context of the request if the request
// may have arrived on the connection before.
type sending struct {
	cancel     context.CancelFunc // ends the context of the request
	countReuse func()

	mu       sync.Mutex
	conn     net.Conn // the connection in use; nil before the first
	raw      *countedConn
	http2    bool
	reused   bool  // an earlier request used the connection
	start    int64 // bytes written to the connection before the request
	wrote    bool  // HTTP/2: the header of the request was written
	repeated bool  // the transport was about to send the request again
}

// watchSending returns the context for a request that a sending observes. cancel
// ends ctx.
func watchSending(ctx context.Context, cancel context.CancelFunc, countReuse func()) (context.Context, *sending) {
	s := &sending{cancel: cancel, countReuse: countReuse}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: s.useConn, WroteHeaders: s.wroteHeaders}), s
}

// useConn is called before the request is written to a connection.
func (s *sending) useConn(info httptrace.GotConnInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	encrypted, isTLS := info.Conn.(*tls.Conn)
	isHTTP2 := isTLS && encrypted.ConnectionState().NegotiatedProtocol == "h2"
	if s.arrivedLocked() && !s.refusedStream(info.Conn, isHTTP2) {
		s.repeated = true
		s.cancel() // an HTTP/2 connection looks at the context before it writes
		if !isHTTP2 {
			_ = info.Conn.Close()
		}
		return
	}
	if info.Reused {
		s.countReuse()
	}
	raw := info.Conn
	if isTLS {
		raw = encrypted.NetConn()
	}
	s.conn, s.http2, s.reused, s.wrote = info.Conn, isHTTP2, info.Reused, false
	s.raw, _ = raw.(*countedConn)
	if s.raw != nil {
		s.start = s.raw.written.Load()
	}
}

// refusedStream reports whether the transport sends the request again because the
// server refused its stream unprocessed (RFC 9113, section 8.7). Only then does it
// use the same HTTP/2 connection again.
func (s *sending) refusedStream(next net.Conn, isHTTP2 bool) bool {
	return isHTTP2 && s.http2 && next == s.conn
}

func (s *sending) wroteHeaders() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrote = true
}

// arrivedLocked reports whether any byte of the request was written. Over HTTP/1.1,
// where a connection belongs to one request at a time, it counts bytes. Requests
// share an HTTP/2 connection, where it asks whether the header was written.
func (s *sending) arrivedLocked() bool {
	switch {
	case s.conn == nil:
		return false
	case s.http2:
		return s.wrote
	}
	return s.raw == nil || s.raw.written.Load() != s.start
}

// mayResend reports whether a request that failed with err is sent again: no byte
// of it was written to a connection that had been kept, or the server said that it
// did not process the stream (RFC 9113, sections 6.8 and 8.7).
func (s *sending) mayResend(err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.repeated || s.conn == nil:
		return false
	case s.arrivedLocked():
		return s.http2 && (strings.Contains(err.Error(), "received Server's graceful shutdown GOAWAY") ||
			strings.Contains(err.Error(), "REFUSED_STREAM; received from peer"))
	}
	return s.reused
}

// explain turns the error of the transport into an [*Error].
func (s *sending) explain(ctx context.Context, err error) *Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.repeated {
		return newError(ReasonConnect, lostConnection, nil)
	}
	failed := classifyError(ctx, err)
	var known *Error
	if failed.Reason == ReasonConnect && !errors.As(err, &known) && !s.arrivedLocked() {
		return newError(ReasonConnect, "the connection was lost before the request was sent", nil)
	}
	return failed
}

// newWireRequest makes the request of net/http. A request with a body has no
// GetBody: without it, HTTP/2 reports the reason why it would send the request
// again and leaves the decision to [sending].
func newWireRequest(ctx context.Context, h *hop) (*http.Request, *Error) {
	// The URL is set below: NewRequest would repeat it in its errors.
	r, err := http.NewRequestWithContext(ctx, h.method, "", bytes.NewReader(h.body))
	if err != nil {
		return nil, newError(ReasonInvalid, "the request cannot be sent", nil)
	}
	r.URL, r.Host, r.Header = h.url, h.host, h.header
	if len(h.body) > 0 {
		r.GetBody = nil
	}
	return r, nil
}
