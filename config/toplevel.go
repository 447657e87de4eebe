package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
)

var topLevel = []string{"gateway", "locals", "secret", "connection", "flow"}

// checkTopLevel reports what stands outside of the known blocks.
func (l *loader) checkTopLevel() {
	for _, f := range l.files {
		for _, name := range slices.Sorted(maps.Keys(f.body.Attributes)) {
			l.add(problem(f.body.Attributes[name].NameRange, "Attribute outside of a block",
				fmt.Sprintf("%q stands outside of any block. To give a value a name, write it inside of locals { … } and read it as local.%s.", name, name)))
		}
		for _, b := range f.body.Blocks {
			if slices.Contains(topLevel, b.Type) {
				continue
			}
			detail := fmt.Sprintf("A flow file has no block %q.", b.Type)
			switch hint := diag.DidYouMean(b.Type, topLevel); {
			case b.Type == "test":
				detail = "Tests stand in files whose names end in .test.hcl."
			case b.Type == "action" || b.Type == "trigger":
				detail = fmt.Sprintf("%q belongs inside of a flow: flow \"NAME\" { … }.", b.Type)
			case hint != "":
				detail += hint
			default:
				detail += " It has gateway, locals, secret, connection and flow."
			}
			l.add(problem(b.TypeRange, "Unknown block", detail))
		}
	}
}

func problem(at hcl.Range, summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: at.Ptr()}
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

func place(r hcl.Range) string { return fmt.Sprintf("%s line %d", r.Filename, r.Start.Line) }
