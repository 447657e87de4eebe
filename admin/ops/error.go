package ops

import (
	"errors"
	"fmt"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// Kind says which sort of error an Error is.
type Kind int

// The kinds of errors.
const (
	Internal     Kind = iota // a defect; the log has the details
	Invalid                  // the caller asked for something that is not possible
	TooLarge                 // the caller sent too much at once
	Forbidden                // the caller may not do this
	NotFound                 // there is no such run or contact
	Conflict                 // the state of the run does not allow it
	Unavailable              // the store can't be reached now
	Busy                     // too many ask at once
	NoStore                  // the gateway keeps no runs
	ShuttingDown             // the gateway stops
)

// Error is the error of each method of the Service. The message is for people.
type Error struct {
	Kind    Kind
	Message string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

func errShuttingDown() *Error {
	return &Error{Kind: ShuttingDown, Message: "the gateway is shutting down"}
}

// invalid returns an error of kind Invalid.
func invalid(format string, args ...any) *Error {
	return &Error{Kind: Invalid, Message: fmt.Sprintf(format, args...)}
}

// unavailable returns the error of a store that is not available, with the cause
// if the engine names it.
func unavailable(err error) *Error {
	const message = "the store is not available now"
	if why := store.WhyUnavailable(err); why != "" {
		return &Error{Kind: Unavailable, Message: message + ": " + why}
	}
	return &Error{Kind: Unavailable, Message: message}
}

// convertError returns the *Error for an error of the store. Errors that the
// caller can't act on are logged, and the caller gets a general message.
func (s *Service) convertError(v view, err error) *Error {
	var known *Error
	var refused *store.RunError
	switch {
	case errors.As(err, &known):
		return &Error{Kind: known.Kind, Message: v.redactText(known.Message)}
	case contactMessage(err) != "":
		return &Error{Kind: Invalid, Message: v.redactText(contactMessage(err))}
	case errors.Is(err, store.ErrNotFound):
		return &Error{Kind: NotFound, Message: "there is no such run in the history"}
	case errors.As(err, &refused):
		return &Error{Kind: Conflict, Message: "the run " + v.redactText(refused.Reason)}
	case store.IsUnavailable(err):
		s.opts.Log.Warn("the store is unavailable to an operator", zap.String("error", v.redactText(err.Error())))
		return unavailable(err)
	}
	s.opts.Log.Error("an operator's request failed", zap.String("error", v.redactText(err.Error())))
	return &Error{Kind: Internal, Message: "the log says more"}
}

// contactMessage returns the message of an error that says why a contact can't
// be changed as asked; "" for other errors.
func contactMessage(err error) string {
	var wrong *store.ContactError
	var failed *flow.Error
	switch {
	case errors.As(err, &wrong):
		return wrong.Message
	case errors.As(err, &failed) && failed.Class == flow.Invalid:
		return failed.Message
	}
	return ""
}
