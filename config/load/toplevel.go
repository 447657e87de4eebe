package load

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
)

var topLevel = []string{"gateway", "locals", "secret", "connection", "flow"}

// checkTopLevel reports what stands outside of the known blocks.
func (l *loader) checkTopLevel() {
	for _, f := range l.files {
		for _, name := range slices.Sorted(maps.Keys(f.body.Attributes)) {
			l.add(diag.Error(f.body.Attributes[name].NameRange, "Attribute outside of a block",
				fmt.Sprintf("%q stands outside of any block. To give a value a name, write it inside of locals { … } and read it as local.%s.", name, name)))
		}
		for _, b := range f.body.Blocks {
			if !slices.Contains(topLevel, b.Type) {
				l.add(diag.Error(b.TypeRange, "Unknown block", misplaced(b.Type)))
			}
		}
	}
}

// misplaced says where a block belongs that is none of the top level, or which
// one may have been meant.
func misplaced(typ string) string {
	switch typ {
	case "test":
		return "Tests stand in files whose names end in .test.hcl."
	case "action", "trigger", "on_error":
		return fmt.Sprintf("%q belongs inside of a flow: flow \"NAME\" { … }.", typ)
	case "auth", "variable", "response":
		return fmt.Sprintf("%q belongs inside of the trigger of a flow: trigger \"webhook\" { … }.", typ)
	case "admin", "tls", "limits", "egress", "history":
		return fmt.Sprintf("%q belongs inside of gateway { … }.", typ)
	}
	detail := fmt.Sprintf("A flow file has no block %q.", typ)
	if hint := diag.DidYouMean(typ, topLevel); hint != "" {
		return detail + hint
	}
	return detail + " It has gateway, locals, secret, connection and flow."
}

// checkName reports a label that can't be read as a name in expressions.
func (l *loader) checkName(b located, label int, root string) {
	if name := b.Labels[label]; !hclsyntax.ValidIdentifier(name) {
		l.add(diag.Error(b.LabelRanges[label], "Not a name", fmt.Sprintf(
			"%q can't be read as %s.NAME: use letters, digits, _ and -, and begin with a letter.", name, root)))
	}
}

func place(r hcl.Range) string { return fmt.Sprintf("%s line %d", r.Filename, r.Start.Line) }
