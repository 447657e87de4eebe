package backoff_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/internal/backoff"
	"github.com/webhook-gateway/gateway/internal/clock"
)

var errAway = errors.New("away")

func isAway(err error) bool { return errors.Is(err, errAway) }

func TestRetry(t *testing.T) {
	t.Parallel()
	errBroken := errors.New("broken")
	cases := []struct {
		name     string
		failures int // that pass, before the last error
		last     error
		took     time.Duration
	}{
		{name: "at once"},
		{name: "a permanent error", last: errBroken},
		{name: "after three pauses", failures: 3, took: (50 + 100 + 200) * time.Millisecond},
		{name: "permanent after one pause", failures: 1, last: errBroken, took: 50 * time.Millisecond},
		{name: "pauses stop growing", failures: 9, took: (50+100+200+400+800+1600+3200)*time.Millisecond + 2*backoff.MaxPause},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began, calls := time.Now(), 0
				err := backoff.Retry(t.Context(), clock.System{}, isAway, func(context.Context) error {
					if calls++; calls <= c.failures {
						return errAway
					}
					return c.last
				})
				if !errors.Is(err, c.last) || calls != c.failures+1 || time.Since(began) != c.took {
					t.Errorf("error %v after %d calls and %v, want %v after %d and %v", err, calls, time.Since(began), c.last, c.failures+1, c.took)
				}
			})
		})
	}
}

func TestRetryEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := backoff.Retry(ctx, clock.System{}, isAway, func(context.Context) error { return errAway })
		if !errors.Is(err, errAway) || time.Since(began) != time.Second {
			t.Errorf("error %v after %v, want the call's own after 1s", err, time.Since(began))
		}
	})
}
