package clock

import (
	"context"
	"sync/atomic"
	"time"
)

// WithLazyDeadline is Clock.WithDeadline for work that mostly ends without waiting
// for anything: until something waits for its end, the context takes no timer and is
// unknown to its parent. Err reads the clock.
func WithLazyDeadline(parent context.Context, c Clock, t time.Time) (context.Context, context.CancelFunc) {
	if around, limited := parent.Deadline(); limited && around.Before(t) {
		t = around
	}
	l := &lazyDeadline{parent: parent, clock: c, at: t}
	return l, l.cancel
}

type lazyDeadline struct {
	parent    context.Context
	clock     Clock
	at        time.Time
	cancelled atomic.Bool
	eager     atomic.Pointer[eager]
}

// eager is the context that others wait for.
type eager struct {
	context.Context
	cancel context.CancelFunc
}

// Deadline returns when the context ends.
func (l *lazyDeadline) Deadline() (time.Time, bool) { return l.at, true }

// Done returns the channel of a context with a timer, which is made at the first
// call.
func (l *lazyDeadline) Done() <-chan struct{} {
	if e := l.eager.Load(); e != nil {
		return e.Done()
	}
	ctx, cancel := l.clock.WithDeadline(l.parent, l.at)
	if !l.eager.CompareAndSwap(nil, &eager{ctx, cancel}) {
		cancel()
	}
	if l.cancelled.Load() {
		l.eager.Load().cancel()
	}
	return l.eager.Load().Done()
}

// Err returns why the context has ended.
func (l *lazyDeadline) Err() error { return l.errAt(l.clock.Now()) }

// ErrAt is the Err of a context for a caller that has just read the clock.
func ErrAt(ctx context.Context, now time.Time) error {
	if l, ok := ctx.(*lazyDeadline); ok {
		return l.errAt(now)
	}
	return ctx.Err()
}

func (l *lazyDeadline) errAt(now time.Time) error {
	if e := l.eager.Load(); e != nil {
		return e.Err()
	}
	if l.cancelled.Load() {
		return context.Canceled
	}
	err := l.parent.Err()
	if err == nil && !now.Before(l.at) {
		err = context.DeadlineExceeded
	}
	if err != nil {
		l.Done() // a later call of cancel must not change the error
	}
	return err
}

// Value returns a value of the parent. Package context asks for the channel first,
// and then finds the context with the timer here.
func (l *lazyDeadline) Value(key any) any {
	if e := l.eager.Load(); e != nil {
		return e.Value(key)
	}
	return l.parent.Value(key)
}

func (l *lazyDeadline) cancel() {
	l.cancelled.Store(true)
	if e := l.eager.Load(); e != nil {
		e.cancel()
	}
}
