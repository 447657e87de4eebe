package load

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/webhook-gateway/gateway/config/diag"
)

// checkHeaderNames warns of names of header fields that are written with an
// underscore where no quotes say that it is meant: people take a hyphen for
// impossible in a name. It may stand there.
func checkHeaderNames(body *hclsyntax.Body) hcl.Diagnostics {
	return hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.ScopeTraversalExpr:
			return readUnderscore(n.Traversal)
		case *hclsyntax.Attribute:
			if n.Name == "headers" {
				return givenUnderscore(n.Expr)
			}
		}
		return nil
	})
}

// readUnderscore looks at webhook.headers.NAME and action.X.headers.NAME.
func readUnderscore(t hcl.Traversal) hcl.Diagnostics {
	at := 2
	if t.RootName() == "action" {
		at = 3
	}
	if t.RootName() != "action" && t.RootName() != "webhook" || len(t) <= at {
		return nil
	}
	part, isAttr := t[at-1].(hcl.TraverseAttr)
	field, isField := t[at].(hcl.TraverseAttr)
	if !isAttr || !isField || part.Name != "headers" || !strings.Contains(field.Name, "_") {
		return nil
	}
	where := t.RootName()
	for _, step := range t[1:at] {
		if step, ok := step.(hcl.TraverseAttr); ok {
			where += "." + step.Name
		}
	}
	return hcl.Diagnostics{underscore(field.SrcRange, fmt.Sprintf("%s[%q]", where, hyphens(field.Name)), fmt.Sprintf("%s[%q]", where, field.Name))}
}

// givenUnderscore looks at the keys of headers = { … }.
func givenUnderscore(e hclsyntax.Expression) hcl.Diagnostics {
	object, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil
	}
	var diags hcl.Diagnostics
	for _, item := range object.Items {
		if name := hcl.ExprAsKeyword(item.KeyExpr); strings.Contains(name, "_") {
			diags = append(diags, underscore(item.KeyExpr.Range(), hyphens(name)+" = …", fmt.Sprintf("%q = …", name)))
		}
	}
	return diags
}

func hyphens(name string) string { return strings.ReplaceAll(name, "_", "-") }

func underscore(at hcl.Range, cure, asIs string) *hcl.Diagnostic {
	return diag.Warning(at, "Underscore in a header",
		fmt.Sprintf("Names of header fields are written with hyphens, and many servers drop those with an underscore: write %s. If it really is an underscore, write %s.", cure, asIs))
}
