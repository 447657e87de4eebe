package triggers

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/webhook-gateway/gateway/flow"
)

// firstRead is how much memory a body gets before any of it has come. What a
// caller announces is no reason to give it more.
const firstRead = 32 << 10

// readBody reads the body up to a limit in bytes. What is announced to be
// larger is refused before the caller is asked to go on with it, which is what
// Expect: 100-continue is for.
func readBody(r *http.Request, limit int64) ([]byte, *flow.Problem) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	size := int64(512)
	if r.ContentLength > 0 {
		size = r.ContentLength + 1 // one more, to see the end without growing
	}
	body := make([]byte, 0, min(size, firstRead))
	for {
		n, err := r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > limit:
			return nil, tooLarge(limit)
		case err == io.EOF:
			return body, nil
		case err != nil:
			return nil, readProblem(r.Context(), err, limit)
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

func readProblem(ctx context.Context, err error, limit int64) *flow.Problem {
	var large *http.MaxBytesError
	var network net.Error
	switch {
	case errors.As(err, &large):
		return tooLarge(min(limit, large.Limit))
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &network) && network.Timeout(),
		errors.Is(ctx.Err(), context.DeadlineExceeded):
		return tooSlow()
	}
	return incomplete()
}
