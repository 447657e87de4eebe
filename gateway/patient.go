package gateway

import (
	"net"
	"time"
)

// A caller has writeTime to take each writePart bytes of an answer. net/http
// bounds only the whole of a request, run included.
const (
	writeTime = 30 * time.Second
	writePart = 256 << 10
)

// patient gives connections on which no write waits for ever.
type patient struct{ net.Listener }

// Accept waits for the next connection.
func (l patient) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &patientConn{c}, nil
}

type patientConn struct{ net.Conn }

// Write writes in parts, each in its own time.
func (c *patientConn) Write(p []byte) (int, error) {
	written := 0
	for {
		part := p[written:min(len(p), written+writePart)]
		if err := c.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
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
// read its answer before the connection is reset.
func (c *patientConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
