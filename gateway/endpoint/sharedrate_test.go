package endpoint

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ratelimit"
	"github.com/webhook-gateway/gateway/store"
)

// rateStore is a shared store that counts the requests for which it is asked.
type rateStore struct {
	store.Store
	asked int
	take  func(context.Context) error
}

func (s *rateStore) TakeRate(ctx context.Context, _, _ string, r ratelimit.Rate) (ratelimit.Result, error) {
	s.asked++
	return r.Result(true, r.Interval()), s.take(ctx)
}

// shiftedClock is ahead of the clock of the system.
type shiftedClock struct {
	clock.System
	ahead time.Duration
}

func (c *shiftedClock) Now() time.Time { return c.System.Now().Add(c.ahead) }

func newTestRates(s *rateStore) (*sharedRates, *shiftedClock, *observer.ObservedLogs) {
	c := &shiftedClock{}
	core, logs := observer.New(zapcore.InfoLevel)
	return newSharedRates(&Options{Env: run.Env{Clock: c, Log: telemetry.NewLog(zap.New(core))}, Store: s}), c, logs
}

func (s *sharedRates) takeOne(ctx context.Context) bool {
	_, ok := s.take(ctx, "f", "k", ratelimit.Rate{Requests: 1, Per: time.Second, Burst: 1})
	return ok
}

// TestStoreIsNotAskedAfterFailure: after a failure one request tries the store
// again from time to time, and the log says when the gateway begins and ceases to
// count alone.
func TestStoreIsNotAskedAfterFailure(t *testing.T) {
	t.Parallel()
	failure := errors.New("away")
	s := &rateStore{take: func(context.Context) error { return failure }}
	rates, c, logs := newTestRates(s)
	for range 3 {
		for range 5 {
			if rates.takeOne(t.Context()) {
				t.Error("a store that failed has counted")
			}
		}
		c.ahead += rateRetryPause + time.Minute
	}
	if s.asked != 3 || logs.Len() != 1 {
		t.Errorf("the store was asked %d times, with %d entries in the log; want 3 and 1", s.asked, logs.Len())
	}
	failure = nil
	for range 5 {
		if !rates.takeOne(t.Context()) {
			t.Error("the store does not count again")
		}
	}
	if s.asked != 8 || logs.Len() != 2 {
		t.Errorf("the store was asked %d times, with %d entries in the log; want 8 and 2", s.asked, logs.Len())
	}
}

// TestStoreThatDoesNotAnswer: the gateway counts alone when the store does not
// answer in time. A caller that went away does not end the wait.
func TestStoreThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	s := &rateStore{take: func(ctx context.Context) error {
		if err := ctx.Err(); err != nil {
			t.Errorf("asked with a context that has ended: %v", err)
		}
		<-ctx.Done()
		return ctx.Err()
	}}
	rates, _, _ := newTestRates(s)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if rates.takeOne(gone) || s.asked != 1 {
		t.Errorf("the store was asked %d times", s.asked)
	}
}
