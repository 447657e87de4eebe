package sql

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// sqliteTx is a transaction of SQLite.
type sqliteTx struct {
	driverTx
	conn *sql.Conn
}

// beginSQLite makes the connection read-only for queries, which SQLite's own
// transactions can't.
func beginSQLite(ctx context.Context, c *sql.Conn, readOnly bool) (transaction, error) {
	if _, err := c.ExecContext(ctx, fmt.Sprintf("PRAGMA query_only = %t", readOnly)); err != nil {
		return nil, err
	}
	tx, err := c.BeginTx(ctx, &sql.TxOptions{ReadOnly: readOnly})
	if err != nil {
		return nil, err
	}
	return &sqliteTx{driverTx: driverTx{tx: tx, argument: sqliteArgument, column: sqliteColumn}, conn: c}, nil
}

// reset keeps a connection only if it has no temporary tables, views and
// triggers.
func (x *sqliteTx) reset(ctx context.Context) error {
	var n int
	err := x.conn.QueryRowContext(ctx, "SELECT COUNT(*) FROM temp.sqlite_schema").Scan(&n)
	if err == nil && n > 0 {
		err = errDirty
	}
	return err
}

// sqliteFlaw refuses statements that reach beyond the tables of the file.
func sqliteFlaw(s *statementShape, _ bool) string {
	if slices.Contains([]string{"ATTACH", "DETACH", "PRAGMA", "VACUUM"}, s.first) {
		return "It reaches beyond the tables of the file, which flows may not."
	}
	return ""
}
