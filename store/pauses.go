package store

import (
	"context"
	"time"
)

// Pauses are the flows that operators have paused. They count for all gateways on
// the store. The store only keeps them: callers leave paused flows out of
// ClaimQuery.Flows.
type Pauses interface {
	// ListPauses returns the paused flows, by name.
	ListPauses(ctx context.Context) ([]Pause, error)
	// PauseFlow pauses a flow. It reports whether the flow was not paused before.
	// It returns ErrTooManyPauses above MaxPauses.
	PauseFlow(ctx context.Context, flow, by string) (bool, error)
	// ResumeFlow ends the pause of a flow. It reports whether the flow was paused.
	ResumeFlow(ctx context.Context, flow string) (bool, error)
}

// Pause is the pause of a flow.
type Pause struct {
	Flow  string
	By    string // the operator
	Since time.Time
}

// MaxPauses is how many flows may be paused at once.
const MaxPauses = 10_000
