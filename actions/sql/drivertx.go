package sql

import (
	"context"
	"database/sql"
)

// driverTx is a transaction of a driver of database/sql, which returns the
// values of columns as Go values.
type driverTx struct {
	tx *sql.Tx
	// argument converts the value of placeholder i of a statement.
	argument func(t *statement, i int, v any) (any, error)
	// column returns the function that converts the values of a column. It is
	// for one result.
	column func(t *sql.ColumnType) func(v any) (any, error)
}

func (d *driverTx) commit(context.Context) error { return d.tx.Commit() }

func (d *driverTx) rollback(context.Context) {
	_ = d.tx.Rollback() // a failed rollback breaks the connection, which also undoes the changes
}

func (d *driverTx) execute(ctx context.Context, t *statement, args []any, reader *rowReader) (*result, error) {
	values := make([]any, len(args))
	for i, v := range args {
		var err error
		if values[i], err = d.argument(t, i, v); err != nil {
			return nil, t.invalidArg(i, err)
		}
	}
	if t.returnsRows() {
		rows, err := d.queryRows(ctx, t.sqlText(), values, reader)
		if err != nil {
			return nil, err
		}
		return t.rowsResult(rows), nil
	}
	done, err := d.tx.ExecContext(ctx, t.exec, values...)
	if err != nil {
		return nil, err
	}
	r := &result{rows: []any{}}
	if r.affected, err = done.RowsAffected(); err != nil {
		return nil, err
	}
	if r.affected > 0 && (t.shape.first == "INSERT" || t.shape.first == "REPLACE") {
		// MySQL returns 0 if no number was generated.
		if id, err := done.LastInsertId(); err == nil && id != 0 {
			r.lastID = id
		}
	}
	return r, nil
}

// queryRows runs a statement that returns rows. Above the limits it ends the
// context, so that the server does not send the rest.
func (d *driverTx) queryRows(ctx context.Context, text string, values []any, reader *rowReader) ([]any, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rows, err := d.tx.QueryContext(ctx, text, values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out, err := d.readRows(rows, reader)
	if err != nil {
		cancel()
		return nil, err
	}
	return out, rows.Err()
}

func (d *driverTx) readRows(rows *sql.Rows, reader *rowReader) ([]any, error) {
	columns, err := d.readColumns(rows)
	if err != nil {
		return nil, err
	}
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	out := []any{}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		row, size, err := makeRow(columns, values, estimateSize)
		if err != nil {
			return nil, err
		}
		if err := reader.checkLimits(size); err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

func (d *driverTx) readColumns(rows *sql.Rows) ([]column[any], error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	out, given := make([]column[any], len(types)), make([]string, len(types))
	for i, t := range types {
		given[i] = t.Name()
	}
	names, err := columnNames(given)
	if err != nil {
		return nil, err
	}
	for i, t := range types {
		out[i] = column[any]{name: names[i], read: d.column(t)}
	}
	return out, nil
}

// estimateSize returns the size of the content of a value.
func estimateSize(v any) int64 {
	switch v := v.(type) {
	case string:
		return int64(len(v))
	case []byte:
		return int64(len(v))
	}
	return 0
}
