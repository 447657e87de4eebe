package endpoint

import (
	"context"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ratelimit"
	"github.com/webhook-gateway/gateway/store"
)

const (
	// maxRateWait is how long a request waits for the store to begin to count it.
	maxRateWait = 500 * time.Millisecond
	// rateRetryPause is how long the gateway counts alone after the store has not
	// counted.
	rateRetryPause = 5 * time.Second
)

// sharedRates counts requests in a store for all gateways on it. While the store
// does not answer, each gateway counts alone.
type sharedRates struct {
	rates store.Rates // nil if the store is not shared
	clock clock.Clock
	log   *telemetry.Log
	began time.Time
	retry atomic.Int64 // when the store is asked again, as the time since began; 0 if it answers
}

func newSharedRates(o *Options) *sharedRates {
	rates, _ := o.Store.(store.Rates)
	return &sharedRates{rates: rates, clock: o.Clock, log: o.Log, began: o.Clock.Now()}
}

// take counts a request. It returns false if this gateway counts alone. A caller
// that goes away does not interrupt the count.
func (s *sharedRates) take(ctx context.Context, flow, key string, r ratelimit.Rate) (ratelimit.Result, bool) {
	if s.rates == nil || !s.mayAsk() {
		return ratelimit.Result{}, false
	}
	ctx, cancel := clock.WithTimeout(context.WithoutCancel(ctx), s.clock, maxRateWait)
	defer cancel()
	got, err := s.rates.TakeRate(ctx, flow, key, r)
	if err != nil {
		if s.retry.Swap(s.nextRetry()) == 0 {
			s.log.Warn("rate limits count in this gateway alone until the store answers", zap.Error(err))
		}
		return ratelimit.Result{}, false
	}
	if s.retry.Swap(0) != 0 {
		s.log.Info("rate limits count in the store again")
	}
	return got, true
}

// mayAsk reports whether the store answers, or one request may try it again.
func (s *sharedRates) mayAsk() bool {
	retry := s.retry.Load()
	return retry == 0 || int64(clock.Since(s.clock, s.began)) >= retry && s.retry.CompareAndSwap(retry, s.nextRetry())
}

func (s *sharedRates) nextRetry() int64 { return int64(clock.Since(s.clock, s.began) + rateRetryPause) }
