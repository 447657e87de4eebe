package httpserver

import (
	"net"
	"os"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// A caller has WriteTimeout to take each writePart bytes of a response. net/http
// can only bound the whole request, which includes the run.
const (
	WriteTimeout = 30 * time.Second
	writePart    = 256 << 10
	// writeSlack is how much longer the deadline of a part may be, so that not each
	// response sets one.
	writeSlack = time.Second / 2
)

// cancelled is later than the deadline with which net/http cancels a read.
var cancelled = time.Unix(3600, 0)

// deadlineListener gives connections on which no write waits forever.
type deadlineListener struct {
	net.Listener
	clock clock.Clock
}

// Accept waits for the next connection.
func (l deadlineListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &deadlineConn{Conn: c, clock: l.clock}, nil
}

// deadlineConn sets a deadline of the system only where it may end a read or a write.
// For each request net/http and the handler set eight deadlines for reads: for the
// next request, its header and its body. All but two are replaced before anything is
// read from the system, because the request came in one piece. Setting one costs as
// much as decoding a small body.
type deadlineConn struct {
	net.Conn
	clock clock.Clock

	mu         sync.Mutex
	reading    int       // reads under way
	readUntil  time.Time // the deadline that was asked for
	readSet    time.Time // the deadline of the system
	writeUntil time.Time // the deadline that was asked for; zero for none
	writeSet   time.Time // the deadline of the system; zero if the next write sets one
}

// Read reads with the deadline that was set last.
func (c *deadlineConn) Read(p []byte) (int, error) {
	if err := c.beginRead(); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	c.reading--
	c.mu.Unlock()
	return n, err
}

// beginRead sets the deadline of a read. A read that net/http has cancelled before it
// began fails here.
func (c *deadlineConn) beginRead() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.readUntil.IsZero() && c.readUntil.Before(cancelled) {
		return os.ErrDeadlineExceeded
	}
	if err := c.applyReadDeadline(); err != nil {
		return err
	}
	c.reading++
	return nil
}

// SetReadDeadline sets the deadline of reads: of one under way at once, and otherwise
// of the next one.
func (c *deadlineConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.readUntil = t
	if c.reading == 0 {
		return nil
	}
	return c.applyReadDeadline()
}

func (c *deadlineConn) applyReadDeadline() error {
	if c.readSet.Equal(c.readUntil) {
		return nil
	}
	if err := c.Conn.SetReadDeadline(c.readUntil); err != nil {
		return err
	}
	c.readSet = c.readUntil
	return nil
}

// Write writes in parts, each with a deadline of its own.
func (c *deadlineConn) Write(p []byte) (int, error) {
	written := 0
	for {
		part := p[written:min(len(p), written+writePart)]
		if err := c.extendWriteDeadline(); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(part)
		written += n
		if err != nil || written == len(p) {
			return written, err
		}
	}
}

// extendWriteDeadline gives a part of a response its time, unless an earlier deadline
// was set.
func (c *deadlineConn) extendWriteDeadline() error {
	now := c.clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.writeUntil.IsZero() || !c.writeSet.Before(now.Add(WriteTimeout)) {
		return nil
	}
	next := now.Add(WriteTimeout + writeSlack)
	if err := c.Conn.SetWriteDeadline(next); err != nil {
		return err
	}
	c.writeSet = next
	return nil
}

// SetWriteDeadline sets the deadline of all writes. Without one, each part of a
// response has its own.
func (c *deadlineConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.IsZero() && c.writeUntil.IsZero() {
		return nil
	}
	c.writeUntil, c.writeSet = t, time.Time{}
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline sets the deadlines of reads and writes.
func (c *deadlineConn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// CloseWrite ends the sending half, by which net/http lets a refused caller
// read its response before the connection is reset.
func (c *deadlineConn) CloseWrite() error { return closeWrite(c.Conn) }

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
