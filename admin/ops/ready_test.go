package ops_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// steppedClock is a clock that stands still until a test moves it.
type steppedClock struct {
	clock.System
	now time.Time
}

func (c *steppedClock) Now() time.Time { return c.now }

// servingProcess is a gateway that takes requests.
type servingProcess struct{ ops.Process }

func (servingProcess) Status() gateway.Status { return gateway.Status{Ready: true} }

// pingedStore counts the checks of a store.
type pingedStore struct {
	store.Store
	err   error
	pings int
}

func (s *pingedStore) Ping(context.Context) error {
	s.pings++
	return s.err
}

// Readiness needs no token, so many requests for it must not cause many writes.
func TestReadyReusesTheCheckOfTheStore(t *testing.T) {
	t.Parallel()
	c, st := &steppedClock{now: clock.System{}.Now()}, &pingedStore{}
	s := ops.New(ops.Options{Clock: c, Store: st, Process: servingProcess{}})
	wantReady := func(want bool, pings int) {
		t.Helper()
		if err := s.Ready(t.Context()); (err == nil) != want || st.pings != pings {
			t.Errorf("ready: %v after %d checks, want %v after %d", err, st.pings, want, pings)
		}
	}
	wantReady(true, 1)
	st.err = errors.New("the disk is full")
	wantReady(true, 1)
	c.now = c.now.Add(time.Minute)
	wantReady(false, 2)
	st.err = nil
	wantReady(false, 2)
	c.now = c.now.Add(time.Minute)
	wantReady(true, 3)
}
