package flow

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// Class is the kind of a failure. It decides the HTTP status of
// a sync run and whether a retry can help.
type Class string

// The classes.
const (
	Invalid   Class = "invalid"   // the values of the run don't fit: a null in a text, a jq error
	Denied    Class = "denied"    // something is not allowed: an address outside of egress
	Transient Class = "transient" // a later attempt may succeed: a timeout, a 503
	Permanent Class = "permanent" // the remote side refused for good: a 404
	Internal  Class = "internal"  // a defect of the gateway
)

// Reasons by which `retry { on = […] }` chooses errors.
const (
	ReasonTimeout = "timeout"
	ReasonConnect = "connect"
	Reason429     = "429"
	Reason5xx     = "5xx"
	// ReasonConflict: a concurrent change got in the way, such as another
	// transaction for which a database gave up this one.
	ReasonConflict = "conflict"
	// ReasonMemory: the memory budget of the process is used up.
	ReasonMemory = "memory"
	// ReasonPaused: an operator has paused the flow that was called.
	ReasonPaused = "paused"
)

// Error is why a run, or an action in it, failed.
type Error struct {
	Flow       string
	Action     string    // name of the action; "" outside of actions
	Range      hcl.Range // of the expression or the action
	Block      hcl.Range // of the whole action
	Exchange   *Exchange // of a failed call to another system; nil for none
	Class      Class
	Reason     string        // one of the Reason constants, or ""
	Remote     bool          // the remote side of a request is at fault
	Message    string        // for people; holds no secret
	Sensitive  bool          // the action is sensitive: the message may hold a value that must stay hidden
	RetryAfter time.Duration // the wait that the remote side asks for; 0 for none
	// StoreUnavailable: the gateway's own store did not take or give data now. The
	// action did nothing that its repetition would do twice.
	StoreUnavailable bool
	Err              error // cause; may be nil
}

// Word returns the reason or the class: a word for metrics and traces, where the
// message, which may hold parts of a body, must not be.
func (e *Error) Word() string { return cmp.Or(e.Reason, string(e.Class)) }

// Error returns the action and the message.
func (e *Error) Error() string {
	if e.Action == "" {
		return e.Message
	}
	return e.Action + ": " + e.Message
}

// RedactedMessage returns the message for logs, the history and expressions of the
// flow.
func (e *Error) RedactedMessage() string {
	if e.Sensitive {
		return redact.Placeholder
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// isStoreUnavailable reports whether an action failed because the gateway's own
// store is unavailable.
func isStoreUnavailable(err error) bool {
	var own *Error
	return errors.As(err, &own) && own.StoreUnavailable
}

// AsError turns any error of an action into an *Error.
func AsError(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		c := *own
		return &c
	}
	var ex *expr.Error
	switch {
	case errors.As(err, &ex) && ex.NoMemory:
		e := outOfMemory(ex.Error())
		e.Range, e.Err = ex.Range, err
		return e
	case errors.As(err, &ex):
		return &Error{Class: Invalid, Message: ex.Error(), Range: ex.Range, Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Class: Transient, Reason: ReasonTimeout, Message: "it took too long", Err: err}
	case errors.Is(err, context.Canceled):
		return &Error{Class: Transient, Message: "it was cancelled", Err: err}
	}
	return &Error{Class: Permanent, Message: err.Error(), Err: err}
}
