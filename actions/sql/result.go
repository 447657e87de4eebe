package sql

import (
	"context"
	"database/sql"
)

// result is what one statement did.
type result struct {
	rows     []any
	gave     bool // the statement is one that gives rows
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
			r.affected = int64(len(rows)) // of those that were changed each gives one
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
		// PostgreSQL has none, and MySQL gives 0 where no number was made.
		if id, err := done.LastInsertId(); err == nil && id != 0 {
			r.lastID = id
		}
	}
	return r, nil
}
