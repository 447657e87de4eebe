package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"github.com/webhook-gateway/gateway/store"
)

// Codes of errors, see
// https://www.postgresql.org/docs/current/errcodes-appendix.html.
const (
	codeUnique        = "23505"
	codeSerialization = "40001"
	codeDeadlock      = "40P01"
	codeReadOnly      = "25006"
	codePrivilege     = "42501"
	codeDiskFull      = "53100"
)

// errorCode returns the code of an error that the server sent, or "".
func errorCode(err error) string {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return ""
	}
	return e.Code
}

// isUniqueViolation reports whether a unique key already exists.
func isUniqueViolation(err error) bool { return errorCode(err) == codeUnique }

// wrapUnavailable makes store.IsUnavailable recognize a failure of the server
// or of the way to it. Errors of single operations stay as they are.
func wrapUnavailable(err error) error {
	switch {
	case err == nil || isDataError(err):
		return err
	case errors.Is(err, puddle.ErrClosedPool):
		return store.ErrClosed
	}
	return &store.UnavailableError{Err: err, Why: whyUnavailable(err)}
}

// whyUnavailable names a failure of the server for clients, or returns "".
func whyUnavailable(err error) string {
	var connecting *pgconn.ConnectError
	var network *net.OpError
	switch {
	case errorCode(err) == codeDiskFull:
		return "the disk of its server is full"
	case errorCode(err) == codeReadOnly:
		return "its server can't be written to"
	case errors.As(err, &connecting), errors.As(err, &network):
		return "its server can't be reached"
	}
	return ""
}

// isDataError reports whether the values of a statement caused an error, so
// that another attempt would fail too.
func isDataError(err error) bool {
	c := errorCode(err)
	return strings.HasPrefix(c, "22") || strings.HasPrefix(c, "23") || strings.HasPrefix(c, "54")
}

// isRetryable reports whether a transaction lost against a concurrent one, and
// should be tried again.
func isRetryable(err error) bool {
	c := errorCode(err)
	return c == codeSerialization || c == codeDeadlock || errors.Is(err, errRowDeleted) || errors.Is(err, errFlowRenamed)
}

// wrapContextError returns the error of the context if that has ended, because it
// caused err. Otherwise it wraps err as wrapUnavailable does.
func wrapContextError(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return wrapUnavailable(err)
}

// openError says why a store cannot be opened, and how to correct that.
type openError struct {
	message string
	err     error
}

func (e *openError) Error() string { return e.message }

func (e *openError) Unwrap() error { return e.err }

// explainOpenError explains an error of opening a store.
func (c *connector) explainOpenError(err error) error {
	if err == nil || errors.Is(err, store.ErrNewer) || errors.Is(err, context.Canceled) {
		return err
	}
	conn := c.config.ConnConfig
	at := net.JoinHostPort(conn.Host, strconv.Itoa(int(conn.Port)))
	if strings.HasPrefix(conn.Host, "/") {
		at = conn.Host
	}
	var message string
	var failed *pgconn.ConnectError
	switch errorCode(err) {
	case "28P01", "28000":
		message = fmt.Sprintf("PostgreSQL at %s refuses the user %q (%s): check the password in the URL, and that pg_hba.conf admits the user", at, conn.User, shortMessage(err))
	case "3D000":
		message = fmt.Sprintf("PostgreSQL at %s has no database %q: make it with CREATE DATABASE, or name another in the URL", at, conn.Database)
	case codePrivilege, "42P06", "42P07":
		message = fmt.Sprintf("the user %q lacks privileges that the store needs (%s): give it a schema with CREATE SCHEMA %s AUTHORIZATION %s, or let it make one with GRANT CREATE ON DATABASE %s",
			conn.User, shortMessage(err), quoteName(c.schema), quoteName(conn.User), quoteName(conn.Database))
	case "53300":
		message = fmt.Sprintf("PostgreSQL at %s has no connection left (%s): a gateway takes up to %d; raise max_connections, or use a pooler that keeps sessions", at, shortMessage(err), maxConnections)
	case codeReadOnly:
		message = fmt.Sprintf("PostgreSQL at %s can't be written to (%s): name the primary server in the URL, or add target_session_attrs=read-write", at, shortMessage(err))
	default:
		if !errors.As(err, &failed) {
			return err
		}
		message = fmt.Sprintf("PostgreSQL at %s can't be reached (%s): check that it runs, and host, port and sslmode in the URL", at, shortMessage(err))
	}
	return &openError{message, err}
}

// maxConnections is how many connections a store uses: four pools, and one
// connection to listen.
const maxConnections = queueConnections + writeConnections + readConnections + rateConnections + 1

func quoteName(name string) string { return pgx.Identifier{name}.Sanitize() }

// shortMessage returns the message of the server or the network, without the
// text that the driver puts around it.
func shortMessage(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Message
	}
	var lookup *net.DNSError
	if errors.As(err, &lookup) {
		return lookup.Err
	}
	var dial *net.OpError
	if errors.As(err, &dial) {
		return dial.Err.Error()
	}
	var failed *pgconn.ConnectError
	if errors.As(err, &failed) && failed.Unwrap() != nil {
		err = failed.Unwrap()
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}
