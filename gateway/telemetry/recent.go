package telemetry

import (
	"context"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// recent reads a value that is costly to read. Callers within a time share one
// reading, its error included.
type recent[T any] struct {
	life   context.Context // ends readings
	clock  clock.Clock
	maxAge time.Duration
	read   func(ctx context.Context) (T, error)

	mu    sync.Mutex
	at    time.Time // of the last reading, zero before the first
	value T
	err   error
}

func (r *recent[T]) get() (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.at.IsZero() && clock.Since(r.clock, r.at) < r.maxAge {
		return r.value, r.err
	}
	ctx, cancel := clock.WithTimeout(r.life, r.clock, readTimeout)
	defer cancel()
	r.value, r.err = r.read(ctx)
	r.at = r.clock.Now()
	return r.value, r.err
}
