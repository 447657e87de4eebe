package session

import (
	"context"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/internal/clientaddr"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ratelimit"
)

const (
	maxAddresses  = 10_000          // whose refused sign-ins are counted
	maxDelay      = 2 * time.Second // of the answer to a refused sign-in
	maxDelayed    = 64              // answers that are delayed at once; others are sent without delay
	maxRefusedPer = 10              // refused sign-ins of an address in a minute without delay
)

// slowdown slows down addresses whose sign-ins are refused. It delays only the
// answer to a refusal, because many people may share an address.
type slowdown struct {
	clock    clock.Clock
	refusals *ratelimit.Limiter
	delayed  atomic.Int64
}

func newSlowdown(c clock.Clock) *slowdown {
	return &slowdown{clock: c, refusals: ratelimit.New(maxAddresses)}
}

// wait waits before the answer to a refusal.
func (s *slowdown) wait(ctx context.Context, from netip.Addr) {
	rate := ratelimit.Rate{Requests: maxRefusedPer, Per: time.Minute, Burst: maxRefusedPer}
	got := s.refusals.Take(clientaddr.Network(from).String(), rate, s.clock.Now())
	if got.OK {
		return
	}
	if s.delayed.Add(1) <= maxDelayed {
		_ = clock.Sleep(ctx, s.clock, min(got.Wait, maxDelay))
	}
	s.delayed.Add(-1)
}
