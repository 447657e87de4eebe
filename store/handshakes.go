package store

import (
	"context"
	"fmt"
	"time"
)

// Handshakes stores the secrets that senders chose in their handshakes with flows. A
// flow has at most one secret of each sender, and it stays until somebody deletes it.
type Handshakes interface {
	// PutHandshake stores a handshake, unless the flow has one of the sender. It
	// returns the stored one, and whether this call stored it.
	PutHandshake(ctx context.Context, h Handshake) (stored Handshake, made bool, err error)
	// GetHandshake returns the handshake of a flow and a sender, or ErrNotFound.
	GetHandshake(ctx context.Context, flow, sender string) (Handshake, error)
	// ListHandshakes returns all handshakes, sorted by flow and sender.
	ListHandshakes(ctx context.Context) ([]Handshake, error)
	// DeleteHandshakes deletes the handshakes of flows and returns their number.
	DeleteHandshakes(ctx context.Context, flows ...string) (int, error)
}

// Handshake is the secret that a sender chose for a flow.
type Handshake struct {
	Flow    string
	Sender  string    // a kind of auth, such as "asana"
	Sealed  []byte    // the secret; only the gateway's key opens it
	Created time.Time // by the engine's clock; engines set it
}

// MissingHandshake is the error for a flow without a handshake.
func MissingHandshake(flow string) error {
	return fmt.Errorf("%w: a handshake of flow %q", ErrNotFound, flow)
}
