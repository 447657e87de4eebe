package gateway_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

// late is a store whose first Accept keeps the run and loses the answer, after
// the run was claimed, and whose Claim returns after the caller was answered.
type late struct {
	claimed  chan struct{} // closed when the engine has given out a run
	answered chan struct{} // closed when the caller has its answer
}

func (l *late) accept(ctx context.Context, s store.Store, sub *store.Submission) (store.Accepted, error) {
	sub.Hand = nil
	if _, err := s.Accept(ctx, sub); err != nil {
		return store.Accepted{}, err
	}
	<-l.claimed
	return store.Accepted{}, &store.UnavailableError{Err: io.ErrUnexpectedEOF}
}

func (l *late) claim(ctx context.Context, s store.Store, q store.ClaimQuery) (store.Claimed, error) {
	got, err := s.Claim(ctx, q)
	if len(got.Work) > 0 {
		close(l.claimed)
		<-l.answered
	}
	return got, err
}

// TestClaimOutlivesItsEvent has the event of a run go, which the gateway held on
// to, after the engine was told that it need not read it.
func TestClaimOutlivesItsEvent(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "a" {
  trigger "webhook" {
    path = "/a"
    variable "n" { type = number }
  }
  action "stop" "s" { output = { n = webhook.n } }
}`)
	l := &late{claimed: make(chan struct{}), answered: make(chan struct{})}
	d.store.late.Store(l)
	r := d.post("/a", `{"n": 7}`)
	d.store.late.Store(nil)
	close(l.answered)
	if r.status != http.StatusServiceUnavailable {
		t.Errorf("a request whose run is not known to be kept got %d", r.status)
	}
	if run := d.await(r.run(), store.Succeeded); string(run.Output) != `{"n":7}` {
		t.Errorf("the run returned %s", run.Output)
	}
}
