package auth

import (
	"errors"
	"fmt"
)

// An imitator is a check that can make a request as its sender does, with the
// secret that the check has.
type imitator interface {
	// imitate adds the credentials or the signature to a request that is complete
	// except for them.
	imitate(r *Request) error
}

// ErrSecretUnset says that a request can't be signed, because the files leave the
// secret open.
var ErrSecretUnset = errors.New("its secret is not set")

// CannotImitateError says that only the sender can make requests of a kind of
// check, because only it has the private key.
type CannotImitateError struct {
	Why string // ends a sentence about the check
}

// Error says why.
func (e *CannotImitateError) Error() string {
	return "only the sender can sign such requests: " + e.Why
}

// Imitate makes a request pass a check, as its sender would do it: it adds header
// fields or parameters to r, and sets r.ClientCertificate. It is for tests of flows
// and for samples. What a signature covers must be complete before.
func Imitate(c Check, r *Request) error {
	i, ok := c.(imitator)
	if !ok {
		return &CannotImitateError{Why: fmt.Sprintf("a %T takes what nobody else can make", c)}
	}
	return i.imitate(r)
}

// useFirst returns a function that keeps the first of several secrets, with which
// requests are imitated, and passes all of them on.
func useFirst(dst *string, use func(secrets []string)) func([]string) {
	return func(secrets []string) {
		*dst = secrets[0]
		use(secrets)
	}
}
