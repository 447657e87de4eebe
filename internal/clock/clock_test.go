package clock_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

func TestSleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := clock.System{}
		before := c.Now()
		if err := clock.Sleep(t.Context(), c, time.Minute); err != nil {
			t.Fatal(err)
		}
		if took := clock.Since(c, before); took != time.Minute {
			t.Errorf("slept %v, want 1m", took)
		}
		ctx, cancel := clock.WithTimeout(t.Context(), c, time.Second)
		defer cancel()
		if err := clock.Sleep(ctx, c, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the deadline's", err)
		}
		if took := clock.Since(c, before); took != time.Minute+time.Second {
			t.Errorf("the deadline ended the sleep after %v, want 1m1s", took)
		}
	})
}

func TestTimers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := clock.System{}
		called := make(chan time.Time, 1)
		timer := c.AfterFunc(time.Second, func() { called <- c.Now() })
		if !timer.Stop() {
			t.Error("the timer was not running")
		}
		due := c.Now().Add(time.Hour)
		timer.Reset(time.Hour)
		if at := <-called; !at.Equal(due) {
			t.Errorf("called at %v, want %v", at, due)
		}
		if left := clock.Until(c, due); left != 0 {
			t.Errorf("%v left, want none", left)
		}
	})
}
