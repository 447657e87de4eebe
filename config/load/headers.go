package load

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
)

// checkHeaderNames warns of header names that are written with an underscore and
// without quotes. People write it because they think that a name can't have a
// hyphen, but it can.
func checkHeaderNames(body *hclsyntax.Body) hcl.Diagnostics {
	return hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.ScopeTraversalExpr:
			return checkReadName(n.Traversal)
		case *hclsyntax.Attribute:
			if n.Name == "headers" {
				return checkWrittenNames(n.Expr)
			}
		}
		return nil
	})
}

// checkReadName checks webhook.headers.NAME and action.X.headers.NAME.
func checkReadName(t hcl.Traversal) hcl.Diagnostics {
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
	return hcl.Diagnostics{underscoreFinding(field.SrcRange, fmt.Sprintf("%s[%q]", where, withHyphens(field.Name)), fmt.Sprintf("%s[%q]", where, field.Name))}
}

// checkWrittenNames checks the keys of headers = { … }.
func checkWrittenNames(e hclsyntax.Expression) hcl.Diagnostics {
	object, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil
	}
	var diags hcl.Diagnostics
	for _, item := range object.Items {
		if name := hcl.ExprAsKeyword(item.KeyExpr); strings.Contains(name, "_") {
			diags = append(diags, underscoreFinding(item.KeyExpr.Range(), withHyphens(name)+" = …", fmt.Sprintf("%q = …", name)))
		}
	}
	return diags
}

func withHyphens(name string) string { return strings.ReplaceAll(name, "_", "-") }

func underscoreFinding(at hcl.Range, cure, asIs string) *hcl.Diagnostic {
	return diag.Warning(at, "Underscore in a header",
		fmt.Sprintf("Header names have hyphens, and many servers drop names with an underscore. Write %s. If the name really has an underscore, write %s.", cure, asIs))
}
