package store

import "errors"

// What operations answer besides trouble with the storage. Engines wrap them
// with the run or key that they speak of.
var (
	ErrNotFound = errors.New("not found")
	// ErrExists says that there is a run with the id already.
	ErrExists = errors.New("the run exists already")
	// ErrLost says that a claim is no longer the caller's: the run was taken
	// over after its lease had ended, cancelled or finished. Nothing was changed.
	ErrLost = errors.New("the claim was lost")
	// ErrState says that the state of the run does not allow the operation.
	ErrState = errors.New("the state of the run does not allow it")
	// ErrCut says that a run can't be run again, as its body was cut.
	ErrCut = errors.New("the body of the run was cut")
	// ErrFull says that the queue of the flow is full.
	ErrFull = errors.New("the queue of the flow is full")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("the store is closed")
	// ErrInUse says that another process holds a store that only one may use.
	ErrInUse = errors.New("the store is in use by another process")
	// ErrNewer says that a newer version of the program made the store.
	ErrNewer = errors.New("the store was made by a newer version")
)

// UnavailableError says that the storage did not do its part: the disk is full
// or broken, the server is away. The same call may succeed later.
type UnavailableError struct {
	Err error
}

// Error gives the cause.
func (e *UnavailableError) Error() string { return "the store is not available: " + e.Err.Error() }

// Unwrap gives the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// IsUnavailable tells whether the storage is at fault, so that a caller should
// be told to come again: an *UnavailableError, or a store that was closed.
func IsUnavailable(err error) bool {
	var u *UnavailableError
	return errors.As(err, &u) || errors.Is(err, ErrClosed)
}
