package endpoint

import (
	"io"
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// A caller has BodyTime to send a body, and for a large one as long as it takes
// at minBodyRate bytes per second.
const (
	BodyTime    = 30 * time.Second
	minBodyRate = 64 << 10
)

// limitBodyTime sets the deadline for the body, also of a refused request, whose
// body is discarded.
func (q *request) limitBodyTime() {
	if q.r.ContentLength == 0 {
		return
	}
	size := q.Snapshot.Limits.Body
	if q.Endpoint != nil && q.Endpoint.HTTP.MaxBody > 0 {
		size = q.Endpoint.HTTP.MaxBody
	}
	if n := q.r.ContentLength; n > 0 {
		size = min(n, size)
	}
	q.setReadDeadline(q.Began.Add(BodyTime + time.Duration(size/minBodyRate)*time.Second))
}

func (q *request) setReadDeadline(t time.Time) {
	// A server that can't set one, such as that of a test, has no slow callers.
	_ = http.NewResponseController(q.w).SetReadDeadline(t)
}

// countingBody counts the bytes of a body of unknown length.
type countingBody struct {
	io.ReadCloser
	n int64
}

// Read reads from the body.
func (c *countingBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n += int64(n)
	return n, err
}

// countBody counts the bytes of the body if the caller did not announce its
// length.
func (q *request) countBody() {
	if q.r.ContentLength < 0 {
		q.r.Body = &countingBody{ReadCloser: q.r.Body}
	}
}

// memorySize returns about how many bytes the request and its event occupy in
// memory.
func (q *request) memorySize(ev flow.Event) int64 {
	size := max(0, q.r.ContentLength)
	if c, ok := q.r.Body.(*countingBody); ok {
		size += c.n
	}
	if sized, ok := ev.(flow.Sized); ok {
		size = max(size, sized.BodySize())
	}
	size += int64(len(q.r.RequestURI))
	for name, lines := range q.r.Header {
		for _, line := range lines {
			size += int64(len(name) + len(line))
		}
	}
	return size
}
