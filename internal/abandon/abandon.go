// Package abandon waits for computations, and continues without one that does not
// end in time. Go can't stop a goroutine from outside, so a computation that
// ignores its context runs on after the wait has ended: it is abandoned. A
// Counter learns of each one, so that their number has a bound.
package abandon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Grace is how long a computation may run on after its context has ended before
// it is abandoned. A computation that looks at its context returns within it,
// with an error of its own.
const Grace = 500 * time.Millisecond

// Counter counts abandoned computations.
type Counter interface {
	// Abandon counts a computation that is abandoned. The returned function is
	// called once, when the computation ends.
	Abandon() (ended func())
}

// State is the state of one computation. The zero value is ready for one Wait.
type State struct {
	value    atomic.Int32
	done     chan struct{} // closed when the computation has ended
	panicked any
}

const (
	running int32 = iota
	committed
	abandoned
)

// Commit keeps the computation from being abandoned from now on, because it is
// about to change what others see. It returns false if the computation was
// abandoned before, and must change nothing.
func (s *State) Commit() bool {
	return s.value.CompareAndSwap(running, committed) || s.value.Load() == committed
}

// Abandoned reports whether the computation was abandoned.
func (s *State) Abandoned() bool { return s.value.Load() == abandoned }

// Wait runs work in a goroutine of its own and waits until it returns. It
// returns false if the work is still running Grace after the context ended and
// has not committed; then nothing that the work writes may be read. A panic of
// work becomes one of Wait, unless the work was abandoned.
func Wait(ctx context.Context, c clock.Clock, counter Counter, s *State, work func()) bool {
	s.done = make(chan struct{})
	go s.run(work)
	select {
	case <-s.done:
		return s.finish()
	case <-ctx.Done():
	}
	timer := c.NewTimer(Grace)
	defer timer.Stop()
	select {
	case <-s.done:
		return s.finish()
	case <-timer.C():
	}
	if !s.value.CompareAndSwap(running, abandoned) {
		<-s.done
		return s.finish()
	}
	ended := counter.Abandon()
	go func() {
		<-s.done
		ended()
	}()
	return false
}

func (s *State) run(work func()) {
	defer close(s.done)
	defer func() { s.panicked = wrapPanic(recover()) }()
	work()
}

// finish returns true for a computation that has ended, and panics if it did.
func (s *State) finish() bool {
	if s.panicked != nil {
		panic(s.panicked)
	}
	return true
}

// wrapPanic adds the stack to a panic, which continues in another goroutine.
func wrapPanic(p any) any {
	if err, ok := p.(error); p == nil || ok && errors.Is(err, http.ErrAbortHandler) {
		return p
	}
	return fmt.Errorf("%v\n%s", p, debug.Stack())
}
