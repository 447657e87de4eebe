package flow

import (
	"errors"

	"github.com/webhook-gateway/gateway/config/expr"
)

// hiddenValue stands in for an error that may repeat a secret.
const hiddenValue = "a value does not fit; details are hidden because it reads a secret"

// InvalidValue returns the error of a value of the run that an action cannot
// use, nil if err is nil. from is the expression that gave the value and may be
// nil. If it reads a secret, the message repeats nothing of err.
func InvalidValue(from *expr.Expr, err error) error {
	if err == nil {
		return nil
	}
	e := &Error{Class: Invalid, Message: err.Error(), Err: err}
	if from != nil {
		e.Range = from.Range()
		if from.Sensitive() {
			e.Message, e.Err = hiddenValue, nil
		}
	}
	return e
}

// HideSecret returns err, or an error without details if the expression from
// reads a secret that err may repeat.
func HideSecret(from *expr.Expr, err error) error {
	if err == nil || from == nil || !from.Sensitive() {
		return err
	}
	return errors.New(hiddenValue)
}
