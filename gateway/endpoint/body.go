package endpoint

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
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
	size := q.maxBody()
	if n := q.r.ContentLength; n > 0 {
		size = min(n, size)
	}
	q.setReadDeadline(q.Began.Add(BodyTime + time.Duration(size/minBodyRate)*time.Second))
}

// maxBody returns the size of the largest body that the endpoint accepts.
func (q *request) maxBody() int64 {
	if q.Endpoint != nil && q.Endpoint.HTTP.MaxBody > 0 {
		return q.Endpoint.HTTP.MaxBody
	}
	return q.Snapshot.Limits.Body
}

func (q *request) setReadDeadline(t time.Time) {
	// A server that can't set one, such as that of a test, has no slow callers.
	_ = http.NewResponseController(q.w).SetReadDeadline(t)
}

// errNoMemory ends the reading of a body that does not fit into the budget.
var errNoMemory = errors.New("the memory budget is used up")

// meteredBody counts the bytes of a body, and takes memory for them and for the
// value that they decode to, as they arrive.
type meteredBody struct {
	io.ReadCloser
	request  *request
	n        int64
	exceeded bool
}

// Read reads from the body.
func (b *meteredBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	if !b.request.takeMemory(value.TextSize(p[:n])) {
		b.exceeded = true
		return n, errNoMemory
	}
	return n, err
}

// restoreBody puts the body of the server back in the place of its readers. The server
// looks at it to learn whether the caller waits for "100 Continue", or has so much left
// to send that the connection is better closed; otherwise it would answer only when the
// rest of the body has come.
func (q *request) restoreBody() {
	if q.sent != nil {
		q.r.Body = q.sent
	}
}

// meterBody makes the body take memory as it arrives. A compressed body takes the
// largest size that it may have before it is read, and that of its value once it
// is decompressed.
func (q *request) meterBody(in *flow.Incoming) bool {
	in.TakeMemory = func(text []byte) bool {
		taken := q.takeMemory(value.TextSize(text))
		q.body.exceeded = q.body.exceeded || !taken
		return taken
	}
	if q.r.ContentLength == 0 {
		return true
	}
	q.body = meteredBody{ReadCloser: q.r.Body, request: q}
	q.r.Body = &q.body
	if len(q.r.Header["Content-Encoding"]) == 0 {
		return true
	}
	return q.takeMemory(q.maxBody())
}

// takeMemory takes bytes of the budget until freeMemory is called.
func (q *request) takeMemory(n int64) bool {
	if !q.Env.Memory.TryTake(n) {
		return false
	}
	q.Taken += n
	return true
}

// freeMemory frees the bytes that the request has taken.
func (q *request) freeMemory() {
	q.Env.Memory.Free(q.GiveUp())
}

// memorySize returns about how many bytes the request and its event occupy in
// memory.
func (q *request) memorySize(ev flow.Event) int64 {
	size := max(q.body.n, q.r.ContentLength)
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
