package signaltest

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// PatientClock is the clock of the system with later deadlines: for tests of what
// happens if none is missed, on a machine that is busy.
type PatientClock struct{ clock.System }

// WithDeadline returns a context that ends Patience after t.
func (c PatientClock) WithDeadline(parent context.Context, t time.Time) (context.Context, context.CancelFunc) {
	return c.System.WithDeadline(parent, t.Add(Patience))
}
