package load

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

var topLevelBlocks = []string{"gateway", "locals", "secret", "connection", "flow"}

// Specs returns the declarations of the top-level blocks that this package
// decodes, by block type, for documentation.
func Specs() map[string]*schema.Spec {
	return map[string]*schema.Spec{
		"gateway": schema.Describe(&Gateway{}),
		"secret":  schema.Describe(&secret{}),
	}
}

// checkTopLevel reports attributes at the top level and unknown blocks.
func (l *loader) checkTopLevel() {
	for _, f := range l.files {
		for _, name := range slices.Sorted(maps.Keys(f.body.Attributes)) {
			l.report(diag.Error(f.body.Attributes[name].NameRange, "Attribute outside of a block",
				fmt.Sprintf("%q stands outside of any block. To name a value, write it inside of locals { … } and read it as local.%s.", name, name)))
		}
		for _, b := range f.body.Blocks {
			if !slices.Contains(topLevelBlocks, b.Type) {
				l.report(diag.Error(b.TypeRange, "Unknown block", explainMisplaced(b.Type)))
			}
		}
	}
}

// explainMisplaced says where a block that is not allowed at the top level
// belongs, or which block may be meant.
func explainMisplaced(typ string) string {
	switch typ {
	case "test":
		return "Tests belong in files whose names end in .test.hcl."
	case "action", "trigger", "on_error":
		return fmt.Sprintf("%q belongs inside of a flow: flow \"NAME\" { … }.", typ)
	case "auth", "variable", "response":
		return fmt.Sprintf("%q belongs inside of the trigger of a flow: trigger \"webhook\" { … }.", typ)
	case "admin", "tls", "limits", "egress", "history":
		return fmt.Sprintf("%q belongs inside of gateway { … }.", typ)
	}
	detail := fmt.Sprintf("A flow file has no block %q.", typ)
	if hint := diag.DidYouMean(typ, topLevelBlocks); hint != "" {
		return detail + hint
	}
	return detail + " Its blocks are gateway, locals, secret, connection and flow."
}

// checkName reports a label that expressions can't read as a name.
func (l *loader) checkName(b locatedBlock, label int, root string) {
	if name := b.Labels[label]; !hclsyntax.ValidIdentifier(name) {
		l.report(diag.Error(b.LabelRanges[label], "Not a name", fmt.Sprintf(
			"%q can't be read as %s.NAME. Use letters, digits, _ and -, and start with a letter.", name, root)))
	}
}

func formatPlace(r hcl.Range) string { return fmt.Sprintf("%s line %d", r.Filename, r.Start.Line) }
