package telemetry_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ratelimit"
	"github.com/webhook-gateway/gateway/store"
)

// faultyStore fails with an error, and counts how often its size is read.
type faultyStore struct {
	store.Store
	err   error
	sizes int
}

func (s *faultyStore) Accept(context.Context, *store.Submission) (store.Accepted, error) {
	return store.Accepted{}, s.err
}

func (s *faultyStore) Finish(context.Context, store.Claim, *store.Ending) error { return s.err }

func (s *faultyStore) Sweep(context.Context, store.SweepQuery) (store.Swept, error) {
	return store.Swept{Requeued: make([]store.Summary, 2), Failed: make([]store.Summary, 1)}, nil
}

func (s *faultyStore) FindKey(context.Context, string, string) (store.Key, bool, error) {
	return store.Key{}, false, s.err
}

func (s *faultyStore) ListPauses(context.Context) ([]store.Pause, error) { return nil, s.err }

func (s *faultyStore) Size(context.Context) (int64, error) {
	s.sizes++
	return int64(4096 * s.sizes), s.err
}

func TestCountStore(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	under := &faultyStore{err: &store.UnavailableError{Err: errors.New("no disk")}}
	s := m.CountStore(under)
	for range 2 {
		if _, err := s.Accept(t.Context(), nil); !errors.Is(err, under.err) {
			t.Errorf("accepting: %v", err)
		}
	}
	if _, _, err := s.FindKey(t.Context(), "", ""); !errors.Is(err, under.err) {
		t.Errorf("finding a key: %v", err)
	}
	if _, err := s.ListPauses(t.Context()); !errors.Is(err, under.err) {
		t.Errorf("reading the pauses: %v", err)
	}
	under.err = store.ErrLost // an answer, not a fault
	_ = s.Finish(t.Context(), store.Claim{}, nil)
	if swept, err := s.Sweep(t.Context(), store.SweepQuery{}); len(swept.Requeued) != 2 || err != nil {
		t.Errorf("swept %v, %v", swept, err)
	}
	if got := series(t, m, "gateway_runs_taken_over_total"); got[""] != 3 {
		t.Errorf("taken over: %v", got)
	}
	want := map[string]float64{"/accept": 2, "/checkpoint": 0, "/claim": 0, "/finish": 0, "/heartbeat": 0, "/key": 1, "/purge": 0, "/read": 1, "/record": 0, "/sweep": 0}
	if got := series(t, m, "gateway_store_errors_total"); !maps.Equal(got, want) {
		t.Errorf("errors: %v", got)
	}
}

// ratedStore is a store that gateways share.
type ratedStore struct {
	faultyStore
}

func (*ratedStore) TakeRate(context.Context, string, string, ratelimit.Rate) (ratelimit.Result, error) {
	return ratelimit.Result{}, nil
}

// TestCountStoreKeepsRates: the rates of a shared store stay shared.
func TestCountStoreKeepsRates(t *testing.T) {
	t.Parallel()
	if _, ok := newMetrics().CountStore(&ratedStore{}).(store.Rates); !ok {
		t.Error("a shared store lost its rates")
	}
	if _, ok := newMetrics().CountStore(&faultyStore{}).(store.Rates); ok {
		t.Error("a store of one gateway has rates")
	}
}

// TestStoreSize: the size is read once a minute, and absent while it cannot be read.
func TestStoreSize(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMetrics()
		s := &faultyStore{}
		m.RegisterStoreSize(t.Context(), s, clock.System{}, telemetry.NewLog(zap.NewNop()))
		check := func(want map[string]float64) {
			t.Helper()
			if got := series(t, m, "gateway_store_size_bytes"); !maps.Equal(got, want) {
				t.Errorf("%v, not %v", got, want)
			}
		}
		check(map[string]float64{"": 4096})
		letPass(time.Minute - time.Second)
		check(map[string]float64{"": 4096})
		letPass(time.Second)
		check(map[string]float64{"": 8192})
		s.err = errors.New("no file")
		letPass(time.Minute)
		check(map[string]float64{})
		if s.sizes != 3 {
			t.Errorf("the size was read %d times", s.sizes)
		}
	})
}

// letPass lets time pass in a bubble.
func letPass(d time.Duration) { <-time.After(d) }
