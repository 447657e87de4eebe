package endpoint

import (
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clientaddr"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ratelimit"
)

const (
	maxSignInKeys   = 10_000          // addresses whose failed sign-ins are counted
	maxSignInDelay  = 2 * time.Second // of the answer to a failed sign-in
	maxDelayedCalls = 512             // answers that are delayed at once; others are sent without delay
)

// signIns slows down addresses that fail to sign in. It delays only the answer to
// a failure: requests with the right credentials are served at once, also if they
// come from the same address, because many senders may share it.
type signIns struct {
	failures *ratelimit.Limiter
	delayed  atomic.Int64
}

func newSignIns() *signIns { return &signIns{failures: ratelimit.New(maxSignInKeys)} }

// delaySignIn waits before the answer to a failed sign-in of an address that has
// had too many. The request holds no memory of the budget meanwhile.
func (q *request) delaySignIn(p *flow.Problem) {
	if p.Outcome != "unauthorized" || q.handler.draining.Load() {
		return
	}
	perMinute := q.Snapshot.Config.Gateway.Limits.FailedSignIns
	if perMinute <= 0 {
		return
	}
	rate := ratelimit.Rate{Requests: perMinute, Per: time.Minute, Burst: perMinute}
	s := q.handler.signIns
	got := s.failures.Take(clientaddr.Network(q.client).String(), rate, q.Began)
	if got.OK {
		return
	}
	if s.delayed.Add(1) <= maxDelayedCalls {
		q.freeMemory()
		_ = clock.Sleep(q.r.Context(), q.handler.Clock, min(got.Wait, maxSignInDelay))
	}
	s.delayed.Add(-1)
}
