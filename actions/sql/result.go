package sql

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
)

// result is the outcome of one statement.
type result struct {
	rows     []any
	gave     bool // the statement returns rows
	affected int64
	lastID   any // int64 or nil
}

func (r *result) outputs() map[string]any {
	return map[string]any{"rows": r.rows, "affected": r.affected, "last_insert_id": r.lastID}
}

// execute runs the statement in a transaction.
func (t *statement) execute(ctx context.Context, tx *sql.Tx, reader *rowReader, args []any) (*result, error) {
	if t.query != "" || t.shape.returning {
		rows, err := reader.queryRows(ctx, tx, t.sqlText(), args)
		if err != nil {
			return nil, err
		}
		r := &result{rows: rows, gave: true}
		if t.exec != "" {
			r.affected = int64(len(rows)) // each changed row is returned once
		}
		return r, nil
	}
	done, err := tx.ExecContext(ctx, t.exec, args...)
	if err != nil {
		return nil, err
	}
	r := &result{rows: []any{}}
	if r.affected, err = done.RowsAffected(); err != nil {
		return nil, err
	}
	if r.affected > 0 && (t.shape.first == "INSERT" || t.shape.first == "REPLACE") {
		// PostgreSQL has no such id, and MySQL returns 0 if none was
		// generated.
		if id, err := done.LastInsertId(); err == nil && id != 0 {
			r.lastID = id
		}
	}
	return r, nil
}

// rowReader reads the rows of all statements of an action, up to its limits.
type rowReader struct {
	engine *engine
	rows   int   // rows that may still follow
	bytes  int64 // bytes that may still follow
	limits string
}

func newRowReader(e *engine, rows int, size expr.Size) *rowReader {
	return &rowReader{engine: e, rows: rows, bytes: int64(size), limits: fmt.Sprintf("max_rows is %d and max_bytes %d", rows, size)}
}

// queryRows runs a statement that returns rows. Above the limits it ends the
// context, so that the server does not send the rest.
func (r *rowReader) queryRows(ctx context.Context, tx *sql.Tx, text string, args []any) ([]any, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rows, err := tx.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out, err := r.readRows(rows)
	if err != nil {
		cancel()
		return nil, err
	}
	return out, rows.Err()
}

func (r *rowReader) readRows(rows *sql.Rows) ([]any, error) {
	columns, err := r.readColumns(rows)
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
		row := make(map[string]any, len(columns))
		for i, c := range columns {
			r.bytes -= estimateSize(values[i]) + int64(len(c.name))
			if row[c.name], err = c.read(values[i]); err != nil {
				return nil, &flow.Error{Class: flow.Permanent, Message: fmt.Sprintf("column %q: %v", c.name, err)}
			}
		}
		if r.rows--; r.rows < 0 || r.bytes < 0 {
			return nil, &flow.Error{Class: flow.Permanent, Message: "the rows are more than the action takes; " + r.limits + ", and a LIMIT in the statement asks for fewer"}
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// column is a column of a result.
type column struct {
	name string
	read func(any) (any, error)
}

// readColumns reads the names and types of the columns. A row is an object, so
// two columns can't have one name.
func (r *rowReader) readColumns(rows *sql.Rows) ([]column, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	out, seen := make([]column, len(types)), map[string]bool{}
	for i, t := range types {
		out[i] = column{name: strings.ToValidUTF8(t.Name(), "\ufffd"), read: r.engine.column(t)}
		if seen[out[i].name] {
			return nil, &flow.Error{Class: flow.Permanent, Message: fmt.Sprintf("two columns are called %q; tell them apart with AS", out[i].name)}
		}
		seen[out[i].name] = true
	}
	return out, nil
}

// estimateSize returns the approximate size of a value in memory.
func estimateSize(v any) int64 {
	switch v := v.(type) {
	case string:
		return int64(len(v)) + 16
	case []byte:
		return int64(len(v)) + 16
	}
	return 16
}
