package sql

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

var errMySQLSettings = errors.New("the settings of the connection can't be used")

// runError makes the error of a failed statement. It repeats only codes, names
// of tables and constraints, and syntax errors of the fixed text of a
// statement: never a value.
func (a *Transaction) runError(ctx context.Context, c *flow.Call, err error) error {
	var own *flow.Error
	var dial *outbound.Error
	hidden := c.Step.Sensitive || a.connection.secret
	switch {
	case errors.As(err, &own):
		copied := *own // it may be shared
		return &copied
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &dial):
		return web.TransportFailure(err, hidden)
	}
	if e := a.connection.engine.explain(err); e != nil {
		e.Remote = e.Class != flow.Invalid
		return e
	}
	return driverError(a.connection.engine.title, err)
}

// driverError makes the error of a failure in the driver or the network.
func driverError(title string, err error) *flow.Error {
	var network net.Error
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &network) {
		return &flow.Error{Class: flow.Transient, Reason: flow.ReasonConnect, Remote: true, Message: "the connection to " + title + " was lost"}
	}
	if text, is := explainCertificate(err); is {
		return &flow.Error{Class: flow.Permanent, Remote: true, Message: text}
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return &flow.Error{Class: flow.Transient, Reason: flow.ReasonConnect, Remote: true, Message: "no connection to " + title + " could be made"}
	}
	if at := regexp.MustCompile(`^failed to encode args\[(\d+)\]`).FindStringSubmatch(err.Error()); at != nil {
		n, _ := strconv.Atoi(at[1])
		return &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("args: value %d does not fit the type of its parameter", n+1)}
	}
	return &flow.Error{Class: flow.Permanent, Message: "the driver of " + title + " could not pass the statement or its result on"}
}

// explainPostgres classifies by the SQLSTATE (appendix A of PostgreSQL's
// manual).
func explainPostgres(err error) *flow.Error {
	var p *pgconn.PgError
	if !errors.As(err, &p) {
		return nil
	}
	e := stateError("PostgreSQL", p.Code, "SQLSTATE "+p.Code)
	switch {
	case p.ConstraintName != "":
		e.Message += fmt.Sprintf(", constraint %q", p.ConstraintName)
	case p.ColumnName != "":
		e.Message += fmt.Sprintf(", column %q", p.ColumnName)
	case strings.HasPrefix(p.Code, "42"):
		e.Message += ": " + p.Message
	}
	return e
}

// explainMySQL classifies by the error number, and by the SQLSTATE if MySQL
// has a fitting one.
func explainMySQL(err error) *flow.Error {
	var m *mysql.MySQLError
	if !errors.As(err, &m) {
		return nil
	}
	state := string(m.SQLState[:])
	if is := func(numbers ...uint16) bool { return slices.Contains(numbers, m.Number) }; true {
		switch {
		case is(1205, 1213, 3572): // lock wait, deadlock
			state = "40001"
		case is(1040, 1203, 1226, 1053, 1077, 1290, 1836): // too many, shutting down, read only
			state = "57P03"
		case is(1317, 1969, 3024): // interrupted, took too long
			state = "57014"
		case is(1792):
			state = "25006"
		case is(1048, 1062, 1169, 1216, 1217, 1451, 1452, 1557, 3819, 4025):
			state = "23000"
		case is(1264, 1265, 1292, 1366, 1406, 1690):
			state = "22000"
		}
	}
	e := stateError("MySQL", state, fmt.Sprintf("error %d", m.Number))
	if slices.Contains([]uint16{1054, 1064, 1146, 1305}, m.Number) {
		e.Message += ": " + m.Message
	}
	return e
}

// explainSQLite classifies by the result code, whose lowest byte is the kind.
func explainSQLite(err error) *flow.Error {
	var s *sqlite.Error
	if !errors.As(err, &s) {
		return nil
	}
	const trigger = 1811 // its text is written by a trigger
	states := map[int]string{5: "40001", 6: "40001", 8: "25006", 9: "57014", 18: "22000", 19: "23000", 20: "22000"}
	e := stateError("SQLite", states[s.Code()&0xff], fmt.Sprintf("code %d", s.Code()))
	if kind := s.Code() & 0xff; (kind == 1 || kind == 19) && s.Code() != trigger {
		e.Message += ": " + s.Error()
	}
	return e
}

// stateError makes the error of an SQLSTATE.
func stateError(title, state, code string) *flow.Error {
	e := &flow.Error{Class: flow.Permanent}
	what := "refused the statement"
	switch {
	case state == "25006":
		what = "refused to write: a query only reads; use exec for a statement that changes data"
	case strings.HasPrefix(state, "23"):
		what = "refused the values, as a constraint forbids them"
	case strings.HasPrefix(state, "22"):
		e.Class, what = flow.Invalid, "refused a value that does not fit its type"
	case strings.HasPrefix(state, "40"), state == "55P03":
		e.Class, e.Reason, what = flow.Transient, flow.ReasonConflict, "found a conflict with another transaction"
	case state == "57014":
		e.Class, e.Reason, what = flow.Transient, flow.ReasonTimeout, "ended the statement, which took too long"
	case strings.HasPrefix(state, "08"), strings.HasPrefix(state, "53"), strings.HasPrefix(state, "57P"):
		e.Class, e.Reason, what = flow.Transient, flow.ReasonConnect, "takes no connections now"
	case strings.HasPrefix(state, "28"):
		what = "refused the user or the password"
	case state == "3D000":
		what = "has no such database"
	}
	e.Message = fmt.Sprintf("%s %s (%s)", title, what, code)
	return e
}

// explainCertificate explains an error of TLS. It returns false for an error
// of another origin.
func explainCertificate(err error) (string, bool) {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &authority):
		return "the certificate of the database is signed by an authority that is not known; tls { ca = file(…) } names it", true
	case errors.As(err, &name):
		return "the certificate of the database is for another host; tls { server_name = … } says which name it must be for", true
	case errors.As(err, &verification):
		return "the certificate of the database is not valid", true
	case errors.As(err, &record), errors.Is(err, mysql.ErrNoTLS), strings.Contains(err.Error(), "server refused TLS connection"):
		return "the database does not speak TLS, and the connection must be encrypted", true
	}
	return "", false
}
