package ops_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/gateway"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
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

// storingSnapshots serves a flow that needs the store, or none.
type storingSnapshots struct{ uses bool }

func (s *storingSnapshots) Acquire() *snapshot.Snapshot {
	snap := &snapshot.Snapshot{UsesStore: s.uses}
	snap.Retain() // by its service, which does not end
	snap.Retain()
	return snap
}

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
	snapshots := &storingSnapshots{uses: true}
	s := ops.New(ops.Options{Clock: c, Store: st, Process: servingProcess{}, Snapshots: snapshots})
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
	st.err = errors.New("the disk is full")
	c.now = c.now.Add(time.Minute)
	wantReady(false, 4)
	snapshots.uses = false
	c.now = c.now.Add(time.Minute)
	wantReady(true, 4)
}

// Readiness names the failure of the store, without its internals.
func TestReadySaysWhy(t *testing.T) {
	t.Parallel()
	st := &pingedStore{err: &store.UnavailableError{Err: errors.New("writing /srv/gateway.db"), Why: "its disk is full"}}
	s := ops.New(ops.Options{Clock: clock.System{}, Store: st, Process: servingProcess{}, Snapshots: &storingSnapshots{uses: true}})
	err := s.Ready(t.Context())
	if want := "the store is not available now: its disk is full"; err == nil || err.Error() != want {
		t.Errorf("not ready as %v, want %q", err, want)
	}
}
