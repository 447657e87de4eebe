package gateway

import "io"

// counting counts the bytes of a body whose length its caller has not announced.
type counting struct {
	io.ReadCloser
	n int64
}

// Read reads on.
func (c *counting) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n += int64(n)
	return n, err
}

// countBody begins to count the body where nobody has said how long it is.
func (x *exchange) countBody() {
	if x.r.ContentLength < 0 {
		x.r.Body = &counting{ReadCloser: x.r.Body}
	}
}

// holds is about how many bytes the request takes in memory.
func (x *exchange) holds() int64 {
	size := max(0, x.r.ContentLength) + int64(len(x.r.RequestURI))
	if c, ok := x.r.Body.(*counting); ok {
		size += c.n
	}
	for name, lines := range x.r.Header {
		for _, line := range lines {
			size += int64(len(name) + len(line))
		}
	}
	return size
}
