package sql

import (
	"context"
	"errors"
	"slices"

	"github.com/go-sql-driver/mysql"

	"github.com/webhook-gateway/gateway/flow"
)

// mysqlTx is a transaction of MySQL.
type mysqlTx struct {
	driverTx
	stopKiller func() bool // false if the killer has started
	dirty      bool        // a statement may have left state in the session
}

func (x *mysqlTx) execute(ctx context.Context, t *statement, args []any, reader *rowReader) (*result, error) {
	x.dirty = x.dirty || leavesState(&t.shape)
	r, err := x.driverTx.execute(ctx, t, args, reader)
	if !t.bindsInstant(args) {
		return r, err
	}
	if isMySQLError(err, truncated()...) {
		return nil, errInstant
	}
	if err == nil {
		err = x.checkWarnings(ctx)
	}
	return r, err
}

// errInstant: MySQL knows no type of a placeholder, so the statement has to
// say that a text is a time.
var errInstant = &flow.Error{
	Class:   flow.Invalid,
	Message: "MySQL can't read a time with a zone (error 1292); write CAST(? AS DATETIME(6)) in the statement in place of its ?, and the value is converted to UTC",
}

// truncated lists the errors and warnings of a value that was cut.
func truncated() []uint16 { return []uint16{1265, 1292, 1525} }

// checkWarnings fails if the last statement cut a time. In a comparison, and
// without the strict mode, this is only a warning.
func (x *mysqlTx) checkWarnings(ctx context.Context) error {
	rows, err := x.tx.QueryContext(ctx, "SHOW WARNINGS")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var level, message string
		var code uint16
		if err := rows.Scan(&level, &code, &message); err != nil {
			return err
		}
		if level != "Note" && slices.Contains(truncated(), code) {
			return errInstant
		}
	}
	return rows.Err()
}

// bindsInstant reports whether a time with a zone is bound to a placeholder
// without a declared type.
func (t *statement) bindsInstant(args []any) bool {
	for i, v := range args {
		if text, isText := v.(string); isText && t.shape.casts[i] == "" {
			if _, is := parseInstant(text); is {
				return true
			}
		}
	}
	return false
}

var errDirty = errors.New("the session may hold state")

// reset keeps a connection only if its session is as before: the driver can't
// reset it.
func (x *mysqlTx) reset(context.Context) error {
	if !x.stopKiller() || x.dirty {
		return errDirty // the kill may arrive late
	}
	return nil
}

// leavesState reports whether a statement may leave variables, locks, prepared
// statements or temporary tables.
func leavesState(s *statementShape) bool {
	clean := []string{"SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN", "DESCRIBE", "DESC"}
	return s.variable || s.lock || !slices.Contains(clean, s.first)
}

// commitsInMySQL reports whether a statement commits the transaction around it
// (section "Statements That Cause an Implicit Commit" of MySQL's manual).
func commitsInMySQL(s *statementShape) bool {
	if len(s.words) > 1 && s.words[1] == "TEMPORARY" {
		return false
	}
	return slices.Contains([]string{
		"ALTER", "ANALYZE", "CACHE", "CHECK", "CREATE", "DROP", "FLUSH", "GRANT", "INSTALL", "LOCK", "OPTIMIZE",
		"RENAME", "REPAIR", "REVOKE", "TRUNCATE", "UNINSTALL", "UNLOCK",
	}, s.first)
}

// mysqlFlaw refuses queries that would leave their transaction, which can't
// write.
func mysqlFlaw(s *statementShape, reads bool) string {
	if reads && commitsInMySQL(s) {
		return "MySQL commits for " + s.first + " and leaves the transaction that can't write. A query only reads: use exec."
	}
	return ""
}

// isMySQLStandby reports whether the server takes no writes.
func isMySQLStandby(err error) bool { return isMySQLError(err, 1290, 1836) }

func isMySQLError(err error, numbers ...uint16) bool {
	var m *mysql.MySQLError
	return errors.As(err, &m) && slices.Contains(numbers, m.Number)
}
