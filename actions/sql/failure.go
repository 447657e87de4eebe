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
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/webhook-gateway/gateway/actions/web"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

var errMySQLSettings = errors.New("the settings of the connection can't be used")

// failurePlace is the place of a failure.
type failurePlace struct {
	readOnly  bool       // the transaction can't write
	statement *statement // nil for the begin and the commit
}

// errConnectionLost marks an error after which the connection is closed.
var errConnectionLost = errors.New("the connection was closed")

// isConnectionLost reports whether an error ended the connection.
func isConnectionLost(err error) bool {
	var network net.Error
	return errors.Is(err, errConnectionLost) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &network)
}

// runError makes the error of a failed statement. It repeats only codes, names
// of tables and constraints, and errors of the fixed text of a statement: never
// a value.
func (a *Transaction) runError(ctx context.Context, c *flow.Call, err error, in failurePlace) error {
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
	if e := a.connection.engine.explain(err, in); e != nil {
		e.Remote = e.Class != flow.Invalid
		return e
	}
	return driverError(a.connection.engine.title, err)
}

// driverError makes the error of a failure in the driver or the network.
func driverError(title string, err error) *flow.Error {
	if isConnectionLost(err) {
		return &flow.Error{Class: flow.Transient, Reason: flow.ReasonConnect, Remote: true, Message: "the connection to " + title + " was lost"}
	}
	if text, is := explainCertificate(err); is {
		return &flow.Error{Class: flow.Permanent, Remote: true, Message: text}
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return &flow.Error{Class: flow.Transient, Reason: flow.ReasonConnect, Remote: true, Message: "no connection to " + title + " could be made"}
	}
	return &flow.Error{Class: flow.Permanent, Message: "the driver of " + title + " could not pass the statement or its result on"}
}

// explainPostgres classifies by the SQLSTATE (appendix A of PostgreSQL's
// manual).
func explainPostgres(err error, in failurePlace) *flow.Error {
	if errors.Is(err, errRolledBack) {
		return &flow.Error{Class: flow.Permanent, Message: "PostgreSQL rolled the transaction back"}
	}
	var p *pgconn.PgError
	if !errors.As(err, &p) {
		return nil
	}
	e := stateError("PostgreSQL", p.Code, "SQLSTATE "+p.Code, in)
	// The values are sent after the statement was prepared, so an error before
	// is one of the fixed text.
	var prepare *pgconn.PrepareError
	switch {
	case errors.As(err, &prepare):
		e.Message += ": " + p.Message
	case strings.Contains(p.Where, "at RAISE"): // a function chose the names
	case p.ConstraintName != "":
		e.Message += fmt.Sprintf(", constraint %q", p.ConstraintName)
	case p.ColumnName != "":
		e.Message += fmt.Sprintf(", column %q", p.ColumnName)
	}
	return e
}

// isPostgresStandby reports whether the server takes no writes, which a query
// in a transaction that can't write says too.
func isPostgresStandby(err error) bool {
	var p *pgconn.PgError
	return errors.As(err, &p) && p.Code == "25006"
}

// explainMySQL classifies by the error number, and by the SQLSTATE if MySQL
// has a fitting one.
func explainMySQL(err error, in failurePlace) *flow.Error {
	var m *mysql.MySQLError
	if !errors.As(err, &m) {
		return nil
	}
	e := stateError("MySQL", mysqlState(m), fmt.Sprintf("error %d", m.Number), in)
	// These are errors of the fixed text, but in a procedure, which may build a
	// statement of values.
	if slices.Contains([]uint16{1054, 1064, 1146, 1305}, m.Number) && in.statement != nil && in.statement.shape.first != "CALL" {
		e.Message += ": " + m.Message
	}
	return e
}

// mysqlState returns the SQLSTATE that fits an error. MySQL itself has few.
func mysqlState(m *mysql.MySQLError) string {
	for state, numbers := range map[string][]uint16{
		"40001": {1205, 1213, 3572},             // lock wait, deadlock
		"57P03": {1040, 1203, 1226, 1053, 1077}, // too many, shutting down
		"25006": {1290, 1836, 1792},             // read only: the server, or the transaction
		"57014": {1317, 1969, 3024},             // interrupted, took too long
		"53100": {1021, 1114},                   // disk full, table full
		"23000": {1048, 1062, 1169, 1216, 1217, 1451, 1452, 1557, 3819, 4025},
		"22000": {1264, 1265, 1292, 1366, 1406, 1690},
	} {
		if slices.Contains(numbers, m.Number) {
			return state
		}
	}
	return string(m.SQLState[:])
}

// explainSQLite classifies by the result code, whose lowest byte is the kind.
func explainSQLite(err error, in failurePlace) *flow.Error {
	var s *sqlite.Error
	if !errors.As(err, &s) {
		return nil
	}
	if strings.Contains(s.Error(), errNotBase64.Error()) {
		return &flow.Error{Class: flow.Invalid, Message: "from_base64: the value is not base64"}
	}
	const trigger = 1811 // its text is written by a trigger
	states := map[int]string{5: "40001", 6: "40001", 8: "25006", 9: "57014", 13: "53100", 18: "22000", 19: "23000", 20: "22000"}
	kind := s.Code() & 0xff
	if kind == 8 && !in.readOnly {
		states[8] = "42501" // of the file
	}
	e := stateError("SQLite", states[kind], fmt.Sprintf("code %d", s.Code()), in)
	if kind == 19 && s.Code() != trigger || kind == 1 && in.statement != nil && repeatsOnly(in.statement.sqlText(), s.Error()) {
		e.Message += ": " + s.Error()
	}
	return e
}

var sqliteName = regexp.MustCompile(`(?:no such (?:table|column|function|collation sequence|index): |near |unrecognized token: |ambiguous column name: |table .* has no column named )"?([^"]+?)"?(?:: syntax error)?(?: \(\d+\))?$`)

// repeatsOnly reports whether a message of SQLite names nothing but a part of
// the statement: full-text search and JSON report values in the same form.
func repeatsOnly(statement, message string) bool {
	m := sqliteName.FindStringSubmatch(message)
	return m != nil && strings.Contains(strings.ToLower(statement), strings.ToLower(m[1]))
}

// stateError makes the error of an SQLSTATE.
func stateError(title, state, code string, in failurePlace) *flow.Error {
	e := &flow.Error{Class: flow.Permanent}
	what := "refused the statement"
	switch {
	case state == "25006" && !in.readOnly:
		e.Class, e.Reason, what = flow.Transient, flow.ReasonConnect, "takes no writes now, as a standby or a server in maintenance"
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
	case state == "53100":
		e.Class, e.Reason, what = flow.Transient, flow.ReasonConnect, "has no space left on its disk"
	case state == "42501":
		what = "denied the permission for the statement"
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
