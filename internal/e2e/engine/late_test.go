package engine_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// late is a store whose Claim returns long after the engine has claimed a run, and
// whose Accept then loses its result.
type late struct {
	loses   bool
	claimed chan struct{} // closed when the engine has given out a run
	returns chan struct{} // closed when Claim may return
}

func newLate(loses bool) *late {
	return &late{loses: loses, claimed: make(chan struct{}), returns: make(chan struct{})}
}

func (l *late) accept(ctx context.Context, s store.Store, sub *store.Submission) (store.Accepted, error) {
	sub.Claim = nil
	got, err := s.Accept(ctx, sub)
	if err != nil || !l.loses {
		return got, err
	}
	<-l.claimed
	return store.Accepted{}, &store.UnavailableError{Err: io.ErrUnexpectedEOF}
}

func (l *late) claim(ctx context.Context, s store.Store, q store.ClaimQuery) (store.Claimed, error) {
	got, err := s.Claim(ctx, q)
	if len(got.Work) > 0 {
		close(l.claimed)
		<-l.returns
	}
	return got, err
}

// The cached event of a run is dropped after the engine was told not to read
// the stored one.
func TestClaimOutlivesCachedEvent(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "a" {
  trigger "webhook" {
    path = "/a"
    variable "n" { type = number }
  }
  action "stop" "s" { output = { n = webhook.n } }
}`)
	l := newLate(true)
	d.store.late.Store(l)
	r := d.post("/a", `{"n": 7}`)
	d.store.late.Store(nil)
	close(l.returns)
	if r.status != http.StatusServiceUnavailable {
		t.Errorf("a request whose run is not known to be kept got %d", r.status)
	}
	if run := d.await(r.run(), store.Succeeded); string(run.Output) != `{"n":7}` {
		t.Errorf("the run returned %s", run.Output)
	}
}

// A gateway learns of its claim after its lease has ended and another gateway
// has executed the run. It executes nothing of the run.
func TestNoActionAfterTheLease(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "a" {
  trigger "webhook" { path = "/a" }
  action "transform" "pure" { jq = "1" }
  action "http" "once" { url = "OUT/once" }
}`)
	d.opts.Lease = 100 * time.Millisecond
	d.restart()
	l := newLate(false)
	d.store.late.Store(l)
	id := d.accept("/a", `{}`)
	<-l.claimed // by the gateway, before the other one looks
	var other []store.Work
	d.changed.Await(t, "another gateway has the run", func() bool {
		got, err := d.store.Store.Claim(t.Context(), store.ClaimQuery{Owner: "other", Lease: time.Minute, Limit: 1, Flows: []store.FlowLimit{{Flow: "a"}}})
		if err != nil {
			t.Fatal(err)
		}
		other = got.Work
		return len(other) == 1 && other[0].Fence > 1
	})
	if err := d.store.Store.Finish(t.Context(), other[0].Claim, &store.Ending{State: store.Succeeded}); err != nil {
		t.Fatal(err)
	}
	d.store.late.Store(nil)
	close(l.returns)
	d.stop() // waits for runs in flight
	if n := d.outside.count("/once"); n != 0 {
		t.Errorf("an action of a run that is over was begun %d times", n)
	}
	if run := d.await(id, store.Succeeded); len(run.Steps) > 0 {
		t.Errorf("the run got steps by a gateway that had lost it: %+v", run.Steps)
	}
}
