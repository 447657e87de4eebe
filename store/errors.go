package store

import (
	"errors"
	"fmt"
)

// Errors of operations. Engines wrap them with the run or key that they are about.
var (
	ErrNotFound = errors.New("not found")
	// ErrExists says that a run with the id already exists.
	ErrExists = errors.New("the run exists already")
	// ErrLost says that the caller has lost its claim: the run was swept after its
	// lease had ended, cancelled or finished. Nothing was changed.
	ErrLost = errors.New("the claim was lost")
	// ErrState says that the state of the run does not allow the operation.
	ErrState = errors.New("the state of the run does not allow it")
	// ErrCut says that a run cannot be requeued because its body was cut.
	ErrCut = errors.New("the body of the run was cut")
	// ErrTooManyPauses says that MaxPauses flows are paused.
	ErrTooManyPauses = errors.New("too many flows are paused")
	// ErrFull says that the queue of the flow is full.
	ErrFull = errors.New("the queue of the flow is full")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("the store is closed")
	// ErrInUse says that another process holds a store that only one may use.
	ErrInUse = errors.New("the store is in use by another process")
	// ErrNewer says that a newer version of the program made the store.
	ErrNewer = errors.New("the store was made by a newer version")
	// ErrOtherKey says that the gateways on the store had another key.
	ErrOtherKey = errors.New("the store was written with another GATEWAY_KEY")
)

// LostClaim returns the ErrLost of a claim.
func LostClaim(c Claim) error { return fmt.Errorf("%w: run %s", ErrLost, c.ID) }

// MissingKey returns the ErrNotFound of a key. It omits the name of the key,
// which clients may have sent.
func MissingKey(scope string) error {
	return fmt.Errorf("%w: no such key of %q", ErrNotFound, scope)
}

// UnavailableError says that the storage failed: the disk is full or broken, or the
// server cannot be reached. The same call may succeed later.
type UnavailableError struct {
	Err error
	// Why names the failure for clients, such as "its disk is full": without
	// paths, hosts and messages of a server. It is "" if the engine cannot tell.
	Why string
}

// Error returns the message of the cause.
func (e *UnavailableError) Error() string {
	if e.Why != "" {
		return "the store is not available, " + e.Why + ": " + e.Err.Error()
	}
	return "the store is not available: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// WhyUnavailable returns UnavailableError.Why of an error, or "".
func WhyUnavailable(err error) string {
	var u *UnavailableError
	if errors.As(err, &u) {
		return u.Why
	}
	return ""
}

// IsUnavailable reports whether the storage failed, so that a client should try
// again later: an *UnavailableError, or ErrClosed.
func IsUnavailable(err error) bool {
	var u *UnavailableError
	return errors.As(err, &u) || errors.Is(err, ErrClosed)
}
