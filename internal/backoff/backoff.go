// Package backoff repeats calls that fail with a temporary error, with growing
// pauses.
package backoff

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// The pauses of Retry: the first, and the longest after doubling.
const (
	FirstPause = 50 * time.Millisecond
	MaxPause   = 5 * time.Second
)

// Retry calls fn until it succeeds, fails with an error that isTemporary does
// not accept, or the context ends. It returns the last error of fn. The pauses
// double from FirstPause to MaxPause.
func Retry(ctx context.Context, c clock.Clock, isTemporary func(error) bool, fn func(context.Context) error) error {
	for pause := FirstPause; ; pause = min(2*pause, MaxPause) {
		err := fn(ctx)
		if err == nil || !isTemporary(err) || clock.Sleep(ctx, c, pause) != nil {
			return err
		}
	}
}
