package command_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// callHold lets a receiver leave calls of the second action without an answer:
// calls of one gateway, until it has ended.
type callHold struct {
	changed signaltest.Signal

	mu   sync.Mutex
	door string // to which that gateway's calls come
	left int    // how many calls more
	held int
	cut  int // of them, those whose caller went away
}

func (h *callHold) pace(path string, req *http.Request) {
	h.mu.Lock()
	if path != "/two" || h.left == 0 || "http://"+req.Host != h.door {
		h.mu.Unlock()
		return
	}
	h.left--
	h.held++
	h.mu.Unlock()
	h.changed.Send()
	<-req.Context().Done()
	h.mu.Lock()
	h.cut++
	h.mu.Unlock()
	h.changed.Send()
}

// take waits until that many calls of one gateway are held, and no others:
// a held call of a gateway that does not end would never be cut off.
func (h *callHold) take(t *testing.T, door *door, calls int) {
	t.Helper()
	h.mu.Lock()
	h.door, h.left, h.held, h.cut = door.url, calls, 0, 0
	h.mu.Unlock()
	h.await(t, "calls are held", func() bool { return h.held == calls })
}

// over waits until the end of the gateway has cut off all calls that are held.
func (h *callHold) over(t *testing.T) {
	t.Helper()
	h.await(t, "the end of a gateway cuts off its calls", func() bool { return h.cut == h.held })
}

func (h *callHold) await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	h.changed.Await(t, what, func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return holds()
	})
}
