package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresTx is a transaction that speaks the protocol of PostgreSQL itself:
// the server describes the parameters of each statement, so that every value is
// written for the type of its parameter. All values are texts.
type postgresTx struct{ conn *sql.Conn }

// postgresSettings fixes the form of texts for the transaction.
const postgresSettings = "; SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 3"

func beginPostgres(ctx context.Context, c *sql.Conn, readOnly bool) (transaction, error) {
	text := "BEGIN"
	if readOnly {
		text = "BEGIN READ ONLY"
	}
	return &postgresTx{conn: c}, execPostgres(ctx, c, text+postgresSettings)
}

func (x *postgresTx) commit(ctx context.Context) error {
	return onPostgres(x.conn, func(pg *pgconn.PgConn) error {
		results, err := pg.Exec(ctx, "COMMIT").ReadAll()
		if err == nil && len(results) > 0 && results[0].CommandTag.String() == "ROLLBACK" {
			err = errRolledBack
		}
		return err
	})
}

// errRolledBack: PostgreSQL answers the commit of a failed transaction so.
var errRolledBack = errors.New("the transaction was rolled back")

func (x *postgresTx) rollback(ctx context.Context) {
	_ = execPostgres(ctx, x.conn, "ROLLBACK") // a failed rollback breaks the connection, which also undoes the changes
}

// reset drops settings, advisory locks, temporary tables and prepared
// statements.
func (x *postgresTx) reset(ctx context.Context) error {
	return execPostgres(ctx, x.conn, "DISCARD ALL")
}

// execPostgres runs fixed statements that return nothing.
func execPostgres(ctx context.Context, c *sql.Conn, text string) error {
	return onPostgres(c, func(pg *pgconn.PgConn) error { return pg.Exec(ctx, text).Close() })
}

// onPostgres runs do on a connection. The error of a connection that was closed
// on the way is errConnectionLost.
func onPostgres(c *sql.Conn, do func(pg *pgconn.PgConn) error) error {
	var err error
	rawErr := c.Raw(func(dc any) error {
		pg := dc.(*stdlib.Conn).Conn().PgConn()
		if err = do(pg); err != nil && pg.IsClosed() {
			err = fmt.Errorf("%w: %w", errConnectionLost, err)
		}
		return nil
	})
	return errors.Join(rawErr, err)
}

func (x *postgresTx) execute(ctx context.Context, t *statement, args []any, reader *rowReader) (*result, error) {
	var r *result
	err := onPostgres(x.conn, func(pg *pgconn.PgConn) (err error) {
		r, err = executePostgres(ctx, pg, t, args, reader)
		return err
	})
	return r, err
}

func executePostgres(ctx context.Context, pg *pgconn.PgConn, t *statement, args []any, reader *rowReader) (*result, error) {
	types := connectionTypes(pg)
	described, err := types.describe(ctx, pg, t.sqlText())
	if err != nil {
		return nil, err
	}
	if len(described.ParamOIDs) != len(args) {
		return nil, fmt.Errorf("the server counts %d placeholders", len(described.ParamOIDs))
	}
	values := make([][]byte, len(args))
	for i, v := range args {
		if v == nil {
			continue
		}
		text, err := types.typeOf(described.ParamOIDs[i]).write(v)
		if err == nil && strings.ContainsRune(text, 0) {
			err = errNUL
		}
		if err != nil {
			return nil, t.invalidArg(i, err)
		}
		values[i] = []byte(text)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rows := pg.ExecPrepared(ctx, "", values, nil, nil)
	out, err := types.readRows(rows, reader)
	if err != nil {
		cancel() // so that the server does not send the rest
	}
	tag, closeErr := rows.Close()
	switch {
	case err != nil:
		return nil, err
	case closeErr != nil:
		return nil, closeErr
	case t.returnsRows():
		return t.rowsResult(out), nil
	}
	return &result{rows: []any{}, affected: tag.RowsAffected()}, nil
}

// readRows reads all rows.
func (types postgresTypes) readRows(rows *pgconn.ResultReader, reader *rowReader) ([]any, error) {
	var columns []column[[]byte]
	out := []any{}
	for rows.NextRow() {
		if columns == nil {
			var err error
			if columns, err = types.readColumns(rows.FieldDescriptions()); err != nil {
				return nil, err
			}
		}
		row, size, err := makeRow(columns, rows.Values(), func(b []byte) int64 { return int64(len(b)) })
		if err != nil {
			return nil, err
		}
		if err := reader.checkLimits(size); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

func (types postgresTypes) readColumns(fields []pgconn.FieldDescription) ([]column[[]byte], error) {
	given := make([]string, len(fields))
	for i, f := range fields {
		given[i] = f.Name
	}
	names, err := columnNames(given)
	if err != nil {
		return nil, err
	}
	out := make([]column[[]byte], len(fields))
	for i, f := range fields {
		kind := types.typeOf(f.DataTypeOID)
		out[i] = column[[]byte]{name: names[i], read: func(text []byte) (any, error) {
			if text == nil {
				return nil, nil
			}
			return kind.read(string(text))
		}}
	}
	return out, nil
}
