package clock_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// TestLazyDeadline: the context ends as one with a timer does, whether somebody waits
// for it or not.
func TestLazyDeadline(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]bool{"nobody waits": false, "somebody waits": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				type key struct{}
				parent, cancelParent := context.WithCancel(context.WithValue(t.Context(), key{}, "v"))
				defer cancelParent()
				start := func(d time.Duration) (context.Context, context.CancelFunc) {
					ctx, cancel := clock.WithLazyDeadline(parent, clock.System{}, time.Now().Add(d))
					if wait {
						ctx.Done()
					}
					if err := ctx.Err(); err != nil || ctx.Value(key{}) != "v" {
						t.Errorf("at its start %v, value %v", err, ctx.Value(key{}))
					}
					return ctx, cancel
				}
				ctx, cancel := start(time.Minute)
				defer cancel()
				cancelled, cancelNow := start(time.Minute)
				cancelNow()
				if err := cancelled.Err(); !errors.Is(err, context.Canceled) {
					t.Errorf("cancelled: %v", err)
				}
				<-cancelled.Done()
				sleep(t, time.Minute-1)
				if err := ctx.Err(); err != nil {
					t.Errorf("before its end: %v", err)
				}
				sleep(t, 1)
				synctest.Wait()
				if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("at its end: %v", err)
				}
				<-ctx.Done()
				if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("after its end: %v", err)
				}
				stopped, stop := start(time.Minute)
				defer stop()
				cancelParent()
				if err := stopped.Err(); !errors.Is(err, context.Canceled) {
					t.Errorf("with its parent: %v", err)
				}
				<-stopped.Done()
			})
		})
	}
}

// TestLazyDeadlineChildren: contexts below it end with it, at its time or that of a
// parent that ends earlier.
func TestLazyDeadlineChildren(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		around, cancelAround := context.WithTimeout(t.Context(), time.Second)
		defer cancelAround()
		ctx, cancel := clock.WithLazyDeadline(around, clock.System{}, began.Add(time.Hour))
		defer cancel()
		if at, ok := ctx.Deadline(); !ok || !at.Equal(began.Add(time.Second)) {
			t.Errorf("deadline %v", at)
		}
		child, cancelChild := context.WithCancel(ctx)
		defer cancelChild()
		<-child.Done()
		if took := time.Since(began); took != time.Second || !errors.Is(child.Err(), context.DeadlineExceeded) {
			t.Errorf("the child ended after %s with %v", took, child.Err())
		}
	})
}

func TestLazyDeadlineAllocates(t *testing.T) {
	parent, stop := context.WithCancel(t.Context())
	defer stop()
	at := clock.System{}.Now().Add(time.Hour)
	n := testing.AllocsPerRun(100, func() {
		ctx, cancel := clock.WithLazyDeadline(parent, clock.System{}, at)
		if ctx.Err() != nil {
			t.Error("it has ended")
		}
		cancel()
	})
	if n > 2 { // the context, and its cancel function
		t.Errorf("%v allocations", n)
	}
}

func sleep(t *testing.T, d time.Duration) {
	t.Helper()
	if err := clock.Sleep(context.Background(), clock.System{}, d); err != nil {
		t.Fatal(err)
	}
}
