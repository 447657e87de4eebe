package load

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// decodeConnections decodes every `connection KIND NAME` block.
func (l *loader) decodeConnections() {
	byKind := map[string]map[string]cty.Value{}
	places := map[string]hcl.Range{}
	for _, b := range l.blocks("connection") {
		kind, diags := schema.FindKind("connection", l.Connections, b.Block)
		l.add(diags...)
		if diags.HasErrors() {
			l.placeholder(byKind, b)
			continue
		}
		if len(b.Labels) != 2 {
			l.add(diag.Error(b.DefRange(), "Missing label", fmt.Sprintf("A connection has a kind and a name: connection %q \"NAME\" { … }.", kind.Name)))
			continue
		}
		l.checkName(b, 1, "connection."+kind.Name)
		key := kind.Name + "." + b.Labels[1]
		if first, twice := places[key]; twice {
			l.add(diag.Error(b.LabelRanges[1], "Connection named twice", fmt.Sprintf("There is a connection.%s already, at %s.", key, place(first))))
			continue
		}
		places[key] = b.DefRange()
		c := kind.New()
		_, diags = schema.DecodeSpec(&schema.Context{Scope: l.scopes.of(b.file)}, schema.Describe(c), b.Block, 2)
		l.add(diags...)
		member(byKind, kind.Name)[b.Labels[1]] = flow.ConnectionValue(kind.Name, b.Labels[1], c)
	}
	kinds := map[string]cty.Value{}
	for kind, names := range byKind {
		kinds[kind] = cty.ObjectVal(names)
	}
	l.define("connection", kinds)
}

// placeholder stands for a connection that has errors, so that its users are
// not reported as well.
func (l *loader) placeholder(byKind map[string]map[string]cty.Value, b located) {
	if len(b.Labels) == 2 {
		member(byKind, b.Labels[0])[b.Labels[1]] = cty.DynamicVal
	}
}

func member(m map[string]map[string]cty.Value, key string) map[string]cty.Value {
	if m[key] == nil {
		m[key] = map[string]cty.Value{}
	}
	return m[key]
}
