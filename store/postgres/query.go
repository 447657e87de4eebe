package postgres

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/webhook-gateway/gateway/store"
)

// query is a statement that is being built, with its arguments.
type query struct {
	text strings.Builder
	args []any
}

// newQuery begins a statement.
func newQuery(text string) *query { return (&query{}).add(text) }

// add appends text as it is.
func (q *query) add(text string) *query {
	q.text.WriteString(text)
	return q
}

// arg appends an argument of a type.
func (q *query) arg(value any, typ string) *query {
	q.args = append(q.args, value)
	fmt.Fprintf(&q.text, "$%d::%s", len(q.args), typ)
	return q
}

// table appends columns as a table.
func (q *query) table(name string, columns []column) *query {
	return q.unnest(columns).add(" AS " + name + " (" + columnNames(columns, "") + ")")
}

// numberedTable appends columns as a table, with a last column nth that numbers
// the rows.
func (q *query) numberedTable(name string, columns []column) *query {
	return q.unnest(columns).add(" WITH ORDINALITY AS " + name + " (" + columnNames(columns, "") + ", nth)")
}

func (q *query) unnest(columns []column) *query {
	q.add("unnest(")
	for i, c := range columns {
		if i > 0 {
			q.add(", ")
		}
		q.arg(c.values, c.typ+"[]")
	}
	return q.add(")")
}

// column is a column of a table that is sent as arrays.
type column struct {
	name, typ string // "id", "uuid"
	values    any    // a pgtype.FlatArray
	// insert is the SQL value to insert, in which u is the row. If it is "",
	// the value itself is inserted.
	insert string
}

// columnOf returns a column with a value for each row.
func columnOf[R, V any](name, typ string, rows []R, value func(*R) V) column {
	values := make(pgtype.FlatArray[V], len(rows)) // which pgx encodes without reflection
	for i := range rows {
		values[i] = value(&rows[i])
	}
	return column{name: name, typ: typ, values: values}
}

// anyRow reports whether any of the rows matches. Most batches have no such
// row, and then statements omit the columns that only those rows need.
func anyRow[R any](rows []R, matches func(*R) bool) bool {
	for i := range rows {
		if matches(&rows[i]) {
			return true
		}
	}
	return false
}

// causeColumns returns the columns of the causes of rows, or none if no row has
// a cause.
func causeColumns[R any](rows []R, cause func(*R) *store.Cause) []column {
	if !anyRow(rows, func(r *R) bool { return !cause(r).IsZero() }) {
		return nil
	}
	clean := make([]store.Cause, len(rows))
	for i := range rows {
		clean[i] = cause(&rows[i]).Clean()
	}
	return []column{
		columnOf("reason", "text", clean, func(c *store.Cause) *string { return nullText(c.Reason) }),
		columnOf("class", "text", clean, func(c *store.Cause) *string { return nullText(c.Class) }),
		columnOf("action", "text", clean, func(c *store.Cause) *string { return nullText(c.Action) }),
		columnOf("position", "text", clean, func(c *store.Cause) *string { return nullText(c.Position) }),
		columnOf("message", "text", clean, func(c *store.Cause) *string { return nullText(c.Message) }),
		columnOf("detail", "text", clean, func(c *store.Cause) *string { return nullText(c.Detail) }),
	}
}

// columnNames lists the names of columns, each after a prefix such as "u.".
func columnNames(columns []column, prefix string) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = prefix + c.name
	}
	return strings.Join(list, ", ")
}

// assignments lists assignments of columns from a table: "a = u.a, b = u.b".
func assignments(columns []column, table string) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.name + " = " + table + "." + c.name
	}
	return strings.Join(list, ", ")
}

// insertQuery inserts the columns into a table, in the order of the rows.
func insertQuery(into string, columns []column) *query {
	values := make([]string, len(columns))
	for i, c := range columns {
		if values[i] = c.insert; c.insert == "" {
			values[i] = "u." + c.name
		}
	}
	return newQuery("INSERT INTO "+into+" ("+columnNames(columns, "")+") SELECT "+strings.Join(values, ", ")+" FROM ").
		numberedTable("u", columns).add(" ORDER BY u.nth")
}

// sortedUnique returns the values in order, each once.
func sortedUnique(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}
