package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"github.com/webhook-gateway/gateway/store"
)

// Codes of errors, see https://www.postgresql.org/docs/current/errcodes-appendix.html.
const (
	codeUnique        = "23505"
	codeSerialization = "40001"
	codeDeadlock      = "40P01"
	codeReadOnly      = "25006"
	codeRights        = "42501"
)

// code returns the code of an error that the server sent, or "".
func code(err error) string {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return ""
	}
	return e.Code
}

// trouble makes an error of the server or the way to it recognisable. An error
// that says what is wrong with one operation stays as it is.
func trouble(err error) error {
	switch {
	case err == nil || faulty(err):
		return err
	case errors.Is(err, puddle.ErrClosedPool):
		return store.ErrClosed
	}
	return &store.UnavailableError{Err: err}
}

// faulty tells whether an error speaks of the values of a statement: another
// attempt would fail like it.
func faulty(err error) bool {
	c := code(err)
	return strings.HasPrefix(c, "22") || strings.HasPrefix(c, "23") || strings.HasPrefix(c, "54")
}

// again tells whether a transaction lost against others that ran beside it, and
// is to be done once more.
func again(err error) bool {
	c := code(err)
	return c == codeSerialization || c == codeDeadlock || errors.Is(err, errRowLost)
}

// reading is trouble for an operation that ends with its context.
func reading(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return trouble(err)
}
