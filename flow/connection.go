package flow

import (
	"fmt"
	"reflect"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
)

// Connection is one kind of `connection KIND NAME` block: addresses and
// credentials that several actions share. All its fields are fixed at load.
type Connection interface {
	schema.Describer
}

// ConnectionKind is a kind of connection by its name.
type ConnectionKind = schema.Kind[Connection]

// namedConnection is the value of connection.KIND.NAME in expressions.
type namedConnection struct {
	kind, name string
	connection Connection
}

var connectionType = cty.Capsule("connection", reflect.TypeFor[namedConnection]())

// ConnectionValue returns the value of connection.KIND.NAME.
func ConnectionValue(kind, name string, c Connection) cty.Value {
	return cty.CapsuleVal(connectionType, &namedConnection{kind: kind, name: name, connection: c})
}

// OnlyConnection returns the connection of a kind if the configuration has exactly
// one, for actions that may leave theirs out. count is the number of connections
// of the kind; known is false if a connection has findings of its own.
func OnlyConnection[T Connection](scope *expr.Scope, kind string) (conn T, count int, known bool) {
	all, ok := scope.Constant("connection")
	if ok && !all.IsKnown() {
		return conn, 0, false // a file could not be parsed
	}
	if !ok || all.IsNull() || !all.Type().IsObjectType() || !all.Type().HasAttribute(kind) {
		return conn, 0, true
	}
	names := all.GetAttr(kind)
	if !names.IsKnown() || !names.Type().IsObjectType() {
		return conn, 0, false
	}
	for _, v := range names.AsValueMap() {
		count++
		if v.Type() != connectionType {
			return conn, count, false
		}
		conn, known = v.EncapsulatedValue().(*namedConnection).connection.(T)
	}
	return conn, count, known
}

// UseConnection declares the attribute `connection` of an action that uses
// connections of one kind. dst stays nil if the file gives none.
func UseConnection[T Connection](s *schema.Spec, dst *T, kind, doc string, options ...schema.Option) {
	schema.Func(s, "connection", "connection."+kind, doc, func(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
		diags := c.Scope.CheckNames(a.Expr)
		if diags.HasErrors() {
			return diags
		}
		v, found := c.Scope.Evaluate(a.Expr)
		if diags = append(diags, found...); diags.HasErrors() {
			return diags
		}
		v, _ = v.Unmark()
		if v.IsNull() || !v.IsKnown() {
			return diags // not known: the connection has findings of its own
		}
		wrong := fmt.Sprintf("This must be a connection of kind %q: connection.%s.NAME.", kind, kind)
		if v.Type() != connectionType {
			return append(diags, diag.Error(a.Expr.Range(), "Not a connection", wrong))
		}
		h := v.EncapsulatedValue().(*namedConnection)
		conn, ok := h.connection.(T)
		if !ok {
			return append(diags, diag.Error(a.Expr.Range(), "Wrong kind of connection",
				fmt.Sprintf("connection.%s.%s is of kind %q. ", h.kind, h.name, h.kind)+wrong))
		}
		*dst = conn
		return diags
	}, options...)
}
