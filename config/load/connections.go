package load

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// decodeConnections decodes every block connection "KIND" "NAME".
func (l *loader) decodeConnections() {
	byKind := map[string]map[string]cty.Value{}
	places := map[string]hcl.Range{}
	for _, b := range l.blocksOfType("connection") {
		kind, diags := schema.FindKind("connection", l.Connections, b.Block)
		l.report(diags...)
		if diags.HasErrors() {
			addUnknownConnection(byKind, b)
			continue
		}
		if len(b.Labels) != 2 {
			l.report(diag.Error(b.DefRange(), "Missing label", fmt.Sprintf("A connection has a kind and a name: connection %q \"NAME\" { … }.", kind.Name)))
			continue
		}
		l.checkName(b, 1, "connection."+kind.Name)
		key := kind.Name + "." + b.Labels[1]
		if first, twice := places[key]; twice {
			l.report(diag.Error(b.LabelRanges[1], "Connection named twice", fmt.Sprintf("Another connection is named %s, at %s. Rename one of them.", key, formatPlace(first))))
			continue
		}
		places[key] = b.DefRange()
		c := kind.New()
		_, diags = schema.DecodeSpec(&schema.Context{Scope: l.scopes.forFile(b.file), Egress: l.egress}, schema.Describe(c), b.Block, 2)
		l.report(diags...)
		memberMap(byKind, kind.Name)[b.Labels[1]] = flow.ConnectionValue(kind.Name, b.Labels[1], c)
	}
	kinds := map[string]cty.Value{}
	for kind, names := range byKind {
		kinds[kind] = cty.ObjectVal(names)
	}
	l.defineRoot("connection", kinds)
}

// addUnknownConnection adds a connection that has errors as an unknown value, so
// that expressions that read it are not reported too.
func addUnknownConnection(byKind map[string]map[string]cty.Value, b locatedBlock) {
	if len(b.Labels) == 2 {
		memberMap(byKind, b.Labels[0])[b.Labels[1]] = cty.DynamicVal
	}
}

func memberMap(m map[string]map[string]cty.Value, key string) map[string]cty.Value {
	if m[key] == nil {
		m[key] = map[string]cty.Value{}
	}
	return m[key]
}
