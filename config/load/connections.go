package load

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
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
		c := l.connection(kind, b)
		l.report(c.diags...)
		for _, text := range c.derived {
			l.scopes.derived.add(text)
		}
		memberMap(byKind, kind.Name)[b.Labels[1]] = c.value
	}
	kinds := map[string]cty.Value{}
	for kind, names := range byKind {
		kinds[kind] = cty.ObjectVal(names)
	}
	l.defineRoot("connection", kinds)
}

// connection decodes a connection, or returns that of an earlier load.
func (l *loader) connection(kind flow.ConnectionKind, b locatedBlock) *compiledConnection {
	at := blockRange(b.Block)
	text := string(at.SliceBytes(b.file.text))
	key := place{at.Filename, at.Start.Byte}
	c := l.kept.last.connections[key]
	if c == nil || c.at != at || c.text != text || !l.isCurrent(c.unit) {
		c = &compiledConnection{at: at, text: text}
		c.unit = l.compileUnit(b.file.dir, namesIn(partOf(b.file, b.Block, at).reads, []byte(text)), callsReader(b.Block), func(scope *expr.Scope) hcl.Diagnostics {
			decoded := kind.New()
			_, diags := schema.DecodeSpec(&schema.Context{Scope: scope, Egress: l.egress}, schema.Describe(decoded), b.Block, 2)
			c.value = flow.ConnectionValue(kind.Name, b.Labels[1], decoded)
			return diags
		})
	}
	l.next.connections[key] = c
	return c
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
