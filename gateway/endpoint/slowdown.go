package endpoint

import (
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/internal/clientaddr"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/httpserver"
	"github.com/webhook-gateway/gateway/internal/ratelimit"
)

const (
	maxSlowedAddresses = 10_000          // addresses whose refused requests are counted, for each kind of refusal
	answerDelay        = 2 * time.Second // of an answer to an address above its limit
	maxDelayedAnswers  = 2048            // answers that are delayed at once, for each kind; others are sent without delay
	maxLightHeader     = 8 << 10         // header of a request that counts as one delayed answer; n times as many bytes count as n
)

// slowdown delays the answers to addresses that have had too many refusals of one
// kind. A caller that waits for an answer sends no further request, and a delay
// takes no processor. Requests that are not refused are served at once, also if
// they come from the same address, because many senders may share it.
type slowdown struct {
	refusals *ratelimit.Limiter
	delayed  atomic.Int64
}

func newSlowdown() *slowdown { return &slowdown{refusals: ratelimit.New(maxSlowedAddresses)} }

// delayRefusal waits before the answer to a refused request whose address has had
// too many refusals of its kind.
func (q *request) delayRefusal(outcome string) {
	if q.Snapshot == nil {
		return
	}
	limits := q.Snapshot.Config.Gateway.Limits
	switch outcome {
	case "unauthorized", "challenge_refused", "too_many_keys":
		q.slowDown(q.handler.signIns, limits.FailedSignIns)
	case "not_found", "method_not_allowed", "forbidden", "origin_not_allowed", outcomeProbe:
		if !q.Snapshot.Proxies.Trusts(q.client) { // such as the health checks of a proxy
			q.slowDown(q.handler.strays, limits.StrayRequests)
		}
	}
}

// slowDown waits if the address of the request has had more refusals than perMinute.
// The request holds no memory of the budget meanwhile.
func (q *request) slowDown(s *slowdown, perMinute int) {
	if perMinute <= 0 || q.handler.draining.Load() {
		return
	}
	rate := ratelimit.Rate{Requests: perMinute, Per: time.Minute, Burst: perMinute}
	if s.refusals.Take(clientaddr.Network(q.client).String(), rate, q.Began).OK {
		return
	}
	weight := int64(1 + httpserver.HeaderSize(q.r)/maxLightHeader)
	if s.delayed.Add(weight) <= maxDelayedAnswers {
		q.freeMemory()
		_ = clock.Sleep(q.r.Context(), q.handler.Clock, answerDelay)
	}
	s.delayed.Add(-weight)
}
