package store

import "fmt"

// RunError says why the state of a run does not allow an operation.
type RunError struct {
	ID     string
	Reason string // follows the name of the run: "is over"
	Err    error  // ErrState or ErrCut
}

// Error names the run and says why.
func (e *RunError) Error() string { return fmt.Sprintf("run %s %s", e.ID, e.Reason) }

// Unwrap returns the kind of the error.
func (e *RunError) Unwrap() error { return e.Err }

// OverError returns the ErrState of a run that is over.
func OverError(id ID, s State) error {
	return &RunError{id.String(), fmt.Sprintf("is over: it is %s", s), ErrState}
}
