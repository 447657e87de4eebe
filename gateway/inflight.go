package gateway

import (
	"context"
	"sync"
)

// inFlight counts the runs that are under way, and lets a stop wait for them.
type inFlight struct {
	mu    sync.Mutex
	count int64
	idle  chan struct{} // made by who waits, closed at zero
}

// enter counts a run in unless most are under way already.
func (f *inFlight) enter(most int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count >= most {
		return false
	}
	f.count++
	return true
}

func (f *inFlight) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count--; f.count == 0 && f.idle != nil {
		close(f.idle)
		f.idle = nil
	}
}

func (f *inFlight) number() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

// wait returns when nothing is under way or the context ends.
func (f *inFlight) wait(ctx context.Context) error {
	f.mu.Lock()
	if f.count == 0 {
		f.mu.Unlock()
		return nil
	}
	if f.idle == nil {
		f.idle = make(chan struct{})
	}
	idle := f.idle
	f.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
