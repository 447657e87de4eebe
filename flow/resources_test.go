package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

// shelf opens numbers under keys and notes what it closes.
type shelf struct {
	mu     sync.Mutex
	opened int
	closed []string
}

func (s *shelf) open(t *testing.T, r *flow.Resources, key string) int {
	t.Helper()
	v, err := flow.Resource(r, key, func() (int, func(), error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.opened++
		return s.opened, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.closed = append(s.closed, key)
		}, nil
	})
	if err != nil {
		t.Error(err)
	}
	return v
}

func TestPoolSharesAcrossLeases(t *testing.T) {
	t.Parallel()
	var pool flow.Pool
	var s shelf
	old := pool.Lease(flow.Settings{Version: "1"})
	if a, b := s.open(t, old, "a"), s.open(t, old, "b"); a != 1 || b != 2 || s.open(t, old, "a") != 1 {
		t.Errorf("opened %d and %d", a, b)
	}
	fresh := pool.Lease(flow.Settings{Version: "2"})
	if got := s.open(t, fresh, "a"); got != 1 || fresh.Settings.Version != "2" {
		t.Errorf("the new configuration got %d", got)
	}
	old.Close()
	if got := strings.Join(s.closed, " "); got != "b" {
		t.Errorf("closed %q while one is in use", got)
	}
	fresh.Close()
	if got := strings.Join(s.closed, " "); got != "b a" {
		t.Errorf("closed %q in the end", got)
	}
	if got := s.open(t, pool.Lease(flow.Settings{}), "a"); got != 3 {
		t.Errorf("what was closed is given out again: %d", got)
	}
}

func TestPoolKeepsNoFailures(t *testing.T) {
	t.Parallel()
	var pool flow.Pool
	r := pool.Lease(flow.Settings{})
	broken := errors.New("broken")
	if _, err := flow.Resource(r, "a", func() (int, func(), error) { return 0, nil, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if v, err := flow.Resource(r, "a", func() (int, func(), error) { return 7, nil, nil }); v != 7 || err != nil {
		t.Errorf("%d, %v after a failure", v, err)
	}
	if _, err := flow.Resource(r, "a", func() (string, func(), error) { return "", nil, nil }); err == nil {
		t.Error("one key gives two types")
	}
	r.Close()
}

func TestPoolIsSafe(t *testing.T) {
	t.Parallel()
	var pool flow.Pool
	var s shelf
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			r := pool.Lease(flow.Settings{})
			for i := range 20 {
				s.open(t, r, fmt.Sprint(i%4))
			}
			r.Close()
		})
	}
	wg.Wait()
	if len(s.closed) != s.opened {
		t.Errorf("%d opened, %d closed", s.opened, len(s.closed))
	}
}
