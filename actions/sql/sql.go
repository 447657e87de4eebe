// Package sql holds the action "sql" and the connection "sql", for PostgreSQL,
// MySQL and SQLite.
package sql

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// Transaction runs statements in one transaction of a database.
type Transaction struct {
	connection *Connection
	single     statement
	blocks     []*statement
	maxRows    int
	maxBytes   expr.Size

	statements []*statement // all of them; set by checkSettings
	database   *database    // set by Open
}

// Describe declares the fields, outputs and examples.
func (a *Transaction) Describe(s *schema.Spec) {
	a.maxRows, a.maxBytes = 1000, 10<<20
	s.Doc = "Runs a statement in a database, or several in one transaction.\n\n" +
		"Rows are objects by the names of their columns. The tables below say how the values of each type are read and written: a value that was read can be written back. A column of times without a zone is read and written as UTC. Where such a column holds local times, convert it in the statement: `changed_at AT TIME ZONE 'Europe/Berlin' >= $1` in PostgreSQL.\n\n" +
		"An action that was running during a crash, or is retried, runs its statements again. Write statements so that a second execution changes nothing, such as `INSERT … ON CONFLICT DO NOTHING` with `run.id` as the key.\n\n" +
		"A violated constraint is a permanent failure; deadlocks, a lost connection, a full disk, a server that takes no writes after a fail-over and a starting database are temporary, and `retry` tries again. Messages hold the database's code and never a value.\n\n" +
		"Connections are shared, and the state of a session ends with the action: settings, locks, temporary tables and prepared statements. In MySQL, a connection is closed after statements that may leave such state; variables and locks in stored functions and triggers are not seen." +
		mappingTables() + "\n\nIn each database, null in `args` is NULL, and NULL is null in `rows`."
	flow.UseConnection(s, &a.connection, "sql", "The database.", schema.Required())
	a.single.describeFields(s)
	schema.Repeated(s, &a.blocks, "statement", "One of several statements, which run in their order in one transaction.")
	schema.Attr(s, &a.maxRows, "max_rows", "The limit for the number of rows of all statements together. Above it the action fails and changes nothing.")
	schema.Attr(s, &a.maxBytes, "max_bytes", "The limit for their size together.")
	s.Output("rows", cty.DynamicPseudoType, "The rows of the last statement that returned any, as a list of objects; empty if there are none.")
	s.Output("affected", cty.Number, "How many rows were changed, by all statements together. A row that already has the new values counts.")
	s.Output("last_insert_id", cty.Number, "In MySQL and SQLite the generated number of the last row; null otherwise. In PostgreSQL `RETURNING id` gives it as a row.")
	s.Output("results", cty.DynamicPseudoType, "`rows`, `affected` and `last_insert_id` of each `statement`, as a list in their order; empty without such blocks.")
	s.Check(a.checkSettings)
	a.describeExamples(s)
}

func (a *Transaction) describeExamples(s *schema.Spec) {
	s.Example(schema.Example{
		Title: "Look something up",
		HCL:   "connection = connection.sql.shop\nquery      = \"SELECT name, price FROM articles WHERE sku = $1\"\nargs       = [webhook.body.sku]",
		Input: `{"sku": "L-1"}`,
		Want:  `{"rows": [{"name": "Lamp \"Grün\"", "price": 49.9}], "affected": 0, "last_insert_id": null, "results": []}`,
	})
	s.Example(schema.Example{
		Title: "Book an order exactly once",
		HCL: "connection = connection.sql.shop\nstatement {\n  exec = \"INSERT INTO orders (id, customer) VALUES ($1, $2) ON CONFLICT DO NOTHING\"\n  args = [webhook.body.order, webhook.body.customer]\n}\n" +
			"statement {\n  exec = \"UPDATE articles SET stock = stock - $1 WHERE sku = $2\"\n  args = [webhook.body.qty, webhook.body.sku]\n}\n" +
			"statement {\n  query = \"SELECT stock FROM articles WHERE sku = $1\"\n  args  = [webhook.body.sku]\n}\nretry { attempts = 5 }",
		Input: `{"order": "A-1", "customer": "Jane'; DROP TABLE orders; --", "sku": "L-1", "qty": 2}`,
		Want: `{
  "rows": [{"stock": 1}],
  "affected": 2,
  "last_insert_id": 1,
  "results": [
    {"rows": [], "affected": 1, "last_insert_id": 1},
    {"rows": [], "affected": 1, "last_insert_id": null},
    {"rows": [{"stock": 1}], "affected": 0, "last_insert_id": null}
  ]
}`,
	})
}

func (a *Transaction) checkSettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	if a.maxRows < 1 || a.maxRows > 1_000_000 {
		diags = append(diags, d.Problem("max_rows", "Wrong value", "The number of rows is from 1 to 1000000."))
	}
	if a.maxBytes < 1 || a.maxBytes > 1<<30 {
		diags = append(diags, d.Problem("max_bytes", "Wrong value", "The size of rows is from 1B to 1GiB."))
	}
	a.statements = a.blocks
	if single := d.Has("query") || d.Has("exec") || d.Has("args"); single && len(a.blocks) > 0 {
		return append(diags, d.Problem("statement", "Statements in two places", `Give all statements in "statement" blocks, or one by "query" or "exec".`))
	} else if single || len(a.blocks) == 0 {
		a.single.decoded = d
		a.statements = []*statement{&a.single}
	}
	if a.connection == nil || a.connection.engine == nil {
		return diags // it has findings of its own
	}
	for _, t := range a.statements {
		diags = append(diags, t.checkText(a.connection.engine)...)
		if len(a.statements) > 1 {
			diags = append(diags, t.warnOfCommit(a.connection.engine)...)
		}
	}
	return diags
}

// Open returns the pool of connections that all actions with the same settings
// share.
func (a *Transaction) Open(r *flow.Resources) error {
	var err error
	a.database, err = openDatabase(r, a.connection)
	return err
}

// Traits reports that the action has an outside effect.
func (*Transaction) Traits() flow.Traits { return flow.Traits{Performs: true} }

// Run does one attempt.
func (a *Transaction) Run(ctx context.Context, c *flow.Call) (any, error) {
	args := make([][]any, len(a.statements))
	for i, t := range a.statements {
		var err error
		if args[i], err = t.evalArgs(ctx, c, a.connection.engine); err != nil {
			return nil, a.numberError(i, err)
		}
	}
	return flow.Perform(ctx, c, func(ctx context.Context) (any, error) { return a.execute(ctx, c, args) })
}

// execute executes the statements in a transaction.
func (a *Transaction) execute(ctx context.Context, c *flow.Call, args [][]any) (any, error) {
	readOnly := !slices.ContainsFunc(a.statements, func(t *statement) bool { return t.exec != "" })
	results := make([]*result, len(a.statements))
	failed := -1 // the begin or the commit
	err := a.database.inTransaction(ctx, readOnly, func(tx transaction) error {
		reader := newRowReader(a.maxRows, a.maxBytes)
		for i, t := range a.statements {
			var err error
			if results[i], err = tx.execute(ctx, t, args[i], reader); err != nil {
				failed = i
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, a.numberError(failed, a.runError(ctx, c, err, a.failurePlace(failed, readOnly)))
	}
	return a.buildOutputs(results), nil
}

// failurePlace returns the place of a failure in a statement, or outside of
// all if its index is negative.
func (a *Transaction) failurePlace(i int, readOnly bool) failurePlace {
	in := failurePlace{readOnly: readOnly}
	if i >= 0 {
		in.statement = a.statements[i]
	}
	return in
}

// numberError adds the number of the failed statement.
func (a *Transaction) numberError(i int, err error) error {
	if len(a.blocks) == 0 || i < 0 {
		return err
	}
	e := flow.AsError(err)
	e.Message = fmt.Sprintf("statement %d: %s", i+1, e.Message)
	return e
}

func (a *Transaction) buildOutputs(results []*result) map[string]any {
	all := &result{rows: []any{}}
	list := []any{}
	for _, r := range results {
		all.affected += r.affected
		if r.lastID != nil {
			all.lastID = r.lastID
		}
		if r.gave {
			all.rows = r.rows
		}
		if len(a.blocks) > 0 {
			list = append(list, r.outputs())
		}
	}
	out := all.outputs()
	out["results"] = list
	return out
}
