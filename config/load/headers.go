package load

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/net/http/httpguts"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// checkHeaderNames reports, at one node, reads of headers by a name that no header can have. It
// warns of header names that are written with an underscore and without quotes:
// people think that a name can't have a hyphen, but it can.
func checkHeaderNames(n hclsyntax.Node) hcl.Diagnostics {
	switch n := n.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		return checkReadName(n.Traversal)
	case *hclsyntax.Attribute:
		if n.Name == "headers" {
			return checkWrittenNames(n.Expr)
		}
	}
	return nil
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
	if !isAttr || part.Name != "headers" {
		return nil
	}
	where := t.RootName()
	for _, step := range t[1:at] {
		if step, ok := step.(hcl.TraverseAttr); ok {
			where += "." + step.Name
		}
	}
	switch field := t[at].(type) {
	case hcl.TraverseAttr:
		if strings.Contains(field.Name, "_") {
			return hcl.Diagnostics{underscoreFinding(field.SrcRange, fmt.Sprintf("%s[%q]", where, withHyphens(field.Name)), fmt.Sprintf("%s[%q]", where, field.Name))}
		}
	case hcl.TraverseIndex:
		return checkQuotedName(where, field)
	}
	return nil
}

// checkQuotedName checks the name in webhook.headers["NAME"].
func checkQuotedName(where string, field hcl.TraverseIndex) hcl.Diagnostics {
	if field.Key.Type() != cty.String || !field.Key.IsKnown() || field.Key.IsNull() {
		return nil
	}
	name := ctytext.String(field.Key)
	if httpguts.ValidHeaderFieldName(name) {
		return nil
	}
	detail := fmt.Sprintf("No header can be called %q, so this never finds one: a name consists of letters, digits and !#$%%&'*+-.^_`|~.", name)
	if near := nearestHeaderName(name); near != "" {
		detail += fmt.Sprintf(" Write %s[%q].", where, near)
	}
	return hcl.Diagnostics{diag.Error(field.SrcRange, "Wrong header name", detail)}
}

// nearestHeaderName returns a name with hyphens for the characters that no name
// may have, "" if nothing else is left.
func nearestHeaderName(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return !httpguts.IsTokenRune(r) })
	return strings.Join(parts, "-")
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
