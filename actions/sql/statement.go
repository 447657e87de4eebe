package sql

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// statement is one statement and the values of its placeholders.
type statement struct {
	query, exec string // one of them is set, unless the text is unknown
	args        expr.Of[[]any]

	unknown bool // the text depends on an unset secret
	shape   statementShape
	decoded *schema.Decoded
}

// Describe declares the block.
func (t *statement) Describe(s *schema.Spec) {
	s.Doc = "One of several statements that take effect together or not at all."
	t.describeFields(s)
	s.Check(func(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
		t.decoded = d // the action checks it, as it knows the database
		return nil
	})
}

func (t *statement) describeFields(s *schema.Spec) {
	schema.Func(s, "query", "string", "A statement that reads. It runs in a transaction that can't write. The text is fixed when the file is loaded: values belong in `args`, and the text has the placeholders of the database, `$1` in PostgreSQL and `?` in MySQL; SQLite accepts both.", t.decodeText(&t.query))
	schema.Func(s, "exec", "string", "A statement that changes data, by the same rules. With `RETURNING` it gives rows too.", t.decodeText(&t.exec))
	schema.Expr(s, &t.args, "args", "The values of the placeholders, in their order. They are bound as parameters and never become part of the text, so they may hold anything. The tables of the action say how they are stored.")
}

// decodeText reads the text of a statement and refuses values of the run in it.
func (t *statement) decodeText(dst *string) func(*schema.Context, *hclsyntax.Attribute) hcl.Diagnostics {
	return func(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
		e, diags := expr.Compile(a.Expr, c.Scope, cty.String)
		if diags.HasErrors() {
			return diags
		}
		if refs := e.Refs(); len(refs) > 0 {
			return append(diags, diag.Error(a.Expr.Range(), "Statement made of data", fmt.Sprintf(
				"The text of a statement is fixed, so that no value can change its effect, but %s is different in each run. Write a placeholder in its place and the value into args: %s = \"… WHERE id = $1\" and args = [%s]. MySQL's placeholder is ?.",
				refs[0].Root, a.Name, strings.Join(append([]string{refs[0].Root}, refs[0].Path...), "."))))
		}
		if e.Sensitive() {
			return append(diags, diag.Error(a.Expr.Range(), "Secret in the open", "The text of a statement shows in messages and in the database's log, so it can't hold a secret. Write a placeholder in its place and the secret into args."))
		}
		text, known := expr.Bind[string](e).Constant()
		*dst, t.unknown = text, t.unknown || !known && !e.IsKnown()
		return diags
	}
}

// sqlText returns the text of the query or exec.
func (t *statement) sqlText() string { return t.query + t.exec }

// checkText finds statements that no database would accept.
func (t *statement) checkText(e *engine) hcl.Diagnostics {
	if t.unknown || t.decoded == nil {
		return nil
	}
	at := "query"
	if t.decoded.Has("exec") {
		at = "exec"
	}
	switch {
	case t.decoded.Has("query") && t.decoded.Has("exec"):
		return hcl.Diagnostics{t.decoded.Problem("exec", "Two statements", `A statement is either a "query" or an "exec". For several, give each a statement block.`)}
	case strings.TrimSpace(t.sqlText()) == "":
		return hcl.Diagnostics{t.decoded.Problem(at, "No statement", `The text of the statement is missing: give "query" for one that reads, or "exec" for one that changes data.`)}
	}
	t.shape = e.syntax.scanStatement(t.sqlText())
	if flaw := e.findFlaw(&t.shape, at == "query"); flaw != "" {
		return hcl.Diagnostics{t.decoded.Problem(at, "Not a statement for flows", flaw)}
	}
	return t.checkArgs(e)
}

// findFlaw explains in a sentence why a statement can't be used, "" if it can.
func (e *engine) findFlaw(s *statementShape, reads bool) string {
	switch {
	case s.first == "":
		return "It holds no statement."
	case s.several:
		return "These are several statements. Give each of them a statement block: they run in one transaction."
	case s.foreign != "":
		return fmt.Sprintf("%s is not a placeholder here: %s writes %s, and the values follow in args in the same order.", s.foreign, e.title, e.placeholder)
	case slices.Contains([]string{"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"}, s.first):
		return "The gateway begins and ends the transaction: all statements of an action share one."
	case s.first == "SET" && !slices.Contains(s.words, "LOCAL"), slices.Contains([]string{"RESET", "USE", "DISCARD", "LISTEN"}, s.first):
		return "It would change the connection for other actions, because connections are shared."
	case e.flaw != nil:
		return e.flaw(s, reads)
	}
	return ""
}

// warnOfCommit finds a statement that commits the statements before it.
func (t *statement) warnOfCommit(e *engine) hcl.Diagnostics {
	if e.commits == nil || t.decoded == nil || !e.commits(&t.shape) {
		return nil
	}
	found := t.decoded.Problem("exec", "Statement that commits", fmt.Sprintf(
		"%s commits for %s: the statements before it stay in effect if a later one fails. Give it an action of its own.", e.title, t.shape.first))
	found.Severity = hcl.DiagWarning
	return hcl.Diagnostics{found}
}

// checkArgs counts the values, if their number is fixed.
func (t *statement) checkArgs(e *engine) hcl.Diagnostics {
	list, isList := t.decoded.Expr("args").(*hclsyntax.TupleConsExpr)
	if t.decoded.Has("args") && !isList {
		return nil
	}
	given := 0
	if isList {
		given = len(list.Exprs)
	}
	if given == t.shape.placeholders {
		return nil
	}
	return hcl.Diagnostics{t.decoded.Problem("args", "Wrong number of values", e.describeMiscount(t.shape.placeholders, given))}
}

func (e *engine) describeMiscount(want, given int) string {
	return fmt.Sprintf("The statement has placeholders for %d values, and args holds %d. A placeholder of %s is written %s.", want, given, e.title, e.placeholder)
}

// evalArgs evaluates the values of the placeholders.
func (t *statement) evalArgs(ctx context.Context, c *flow.Call, e *engine) ([]any, error) {
	given, err := t.args.EvalOr(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	if len(given) != t.shape.placeholders {
		return nil, &flow.Error{Class: flow.Invalid, Message: strings.TrimSuffix(e.describeMiscount(t.shape.placeholders, len(given)), ".")}
	}
	return given, nil
}

// invalidArg makes the error of the value of a placeholder.
func (t *statement) invalidArg(i int, err error) error {
	return flow.InvalidValue(t.args.Expr(), fmt.Errorf("args: value %d: %w", i+1, err))
}
