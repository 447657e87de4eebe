package sql

import (
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

// rowsResult returns the result of a statement that returned rows.
func (t *statement) rowsResult(rows []any) *result {
	r := &result{rows: rows, gave: true}
	if t.exec != "" {
		r.affected = int64(len(rows)) // each changed row is returned once
	}
	return r
}

// returnsRows reports whether the statement returns rows.
func (t *statement) returnsRows() bool { return t.query != "" || t.shape.returning }

// rowReader counts the rows of all statements of an action, up to its limits.
type rowReader struct {
	rows   int   // rows that may still follow
	bytes  int64 // bytes that may still follow
	limits string
}

func newRowReader(rows int, size expr.Size) *rowReader {
	return &rowReader{rows: rows, bytes: int64(size), limits: fmt.Sprintf("max_rows is %d and max_bytes %d", rows, size)}
}

// checkLimits fails once a row is more than the action takes.
func (r *rowReader) checkLimits(row int64) error {
	r.rows, r.bytes = r.rows-1, r.bytes-row
	if r.rows < 0 || r.bytes < 0 {
		return &flow.Error{Class: flow.Permanent, Message: "the rows are more than the action takes; " + r.limits + ", and a LIMIT in the statement asks for fewer"}
	}
	return nil
}

// column is a column of a result.
type column[V any] struct {
	name string
	read func(V) (any, error)
}

// columnNames returns the names of columns. A row is an object, so two columns
// can't have one name.
func columnNames(given []string) ([]string, error) {
	out, seen := make([]string, len(given)), map[string]bool{}
	for i, name := range given {
		out[i] = strings.ToValidUTF8(name, "\ufffd")
		if seen[out[i]] {
			return nil, &flow.Error{Class: flow.Permanent, Message: fmt.Sprintf("two columns are called %q; tell them apart with AS", out[i])}
		}
		seen[out[i]] = true
	}
	return out, nil
}

// makeRow builds the object of a row and returns its approximate size in
// memory.
func makeRow[V any](columns []column[V], values []V, size func(V) int64) (map[string]any, int64, error) {
	row := make(map[string]any, len(columns))
	var bytes int64
	for i, c := range columns {
		bytes += size(values[i]) + int64(len(c.name)) + 16
		var err error
		if row[c.name], err = c.read(values[i]); err != nil {
			return nil, 0, &flow.Error{Class: flow.Permanent, Message: fmt.Sprintf("column %q: %v", c.name, err)}
		}
	}
	return row, bytes, nil
}
