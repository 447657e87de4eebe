package httpserver

import (
	"net"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// A caller has WriteTimeout to take each writePart bytes of a response. net/http
// can only bound the whole request, which includes the run.
const (
	WriteTimeout = 30 * time.Second
	writePart    = 256 << 10
)

// timeoutListener gives connections on which no write waits forever.
type timeoutListener struct {
	net.Listener
	clock clock.Clock
}

// Accept waits for the next connection.
func (l timeoutListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &timeoutConn{c, l.clock}, nil
}

type timeoutConn struct {
	net.Conn
	clock clock.Clock
}

// Write writes in parts, each with a deadline of its own.
func (c *timeoutConn) Write(p []byte) (int, error) {
	written := 0
	for {
		part := p[written:min(len(p), written+writePart)]
		if err := c.SetWriteDeadline(c.clock.Now().Add(WriteTimeout)); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(part)
		written += n
		if err != nil || written == len(p) {
			return written, err
		}
	}
}

// CloseWrite ends the sending half, by which net/http lets a refused caller
// read its response before the connection is reset.
func (c *timeoutConn) CloseWrite() error { return closeWrite(c.Conn) }

// closeWrite ends the sending half of a connection that has one.
func closeWrite(c net.Conn) error {
	if wrapped, ok := c.(interface{ Raw() net.Conn }); ok { // of the PROXY protocol
		c = wrapped.Raw()
	}
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
