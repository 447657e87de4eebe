package auth

import (
	"net/http"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// The names that a payload may read, beside the members of the request.
const (
	requestRoot   = "webhook"
	timestampRoot = "timestamp"  // the time of the signature, as it was sent
	publicURLRoot = "public_url" // the beginning of the URL of the request
)

// compile compiles the attribute "payload". Null leaves the payload unchanged.
func (p *payload) compile(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
	scope := c.Scope.With(timestampRoot, cty.String).With(publicURLRoot, cty.String)
	whole, diags := expr.Compile(a.Expr, scope, cty.String)
	if diags.HasErrors() {
		return diags
	}
	if v, known := whole.Constant(); known && v == nil {
		return diags
	}
	var parts payload
	if found := parts.appendExpression(scope, a.Expr); found.HasErrors() {
		return append(diags, found...)
	}
	*p = parts
	return append(diags, parts.checkCoverage(a)...)
}

// checkCoverage warns of a payload that leaves out the body of the request, and
// refuses one that holds no part of it.
func (p payload) checkCoverage(a *hclsyntax.Attribute) hcl.Diagnostics {
	if p.has(fromBody) {
		return nil
	}
	if !slices.ContainsFunc(p, func(x part) bool { return x.source != fromText && x.source != fromUnset }) {
		return hcl.Diagnostics{diag.Error(a.Expr.Range(), "Payload always the same",
			"It holds no part of the request, so one signature would match each request. Add webhook.raw.")}
	}
	return hcl.Diagnostics{diag.Warning(a.Expr.Range(), "Body not signed",
		"The payload does not hold webhook.raw, so the body of a signed request can be replaced. Add it if the sender signs the body.")}
}

// appendExpression appends the parts of an expression.
func (p *payload) appendExpression(scope *expr.Scope, e hclsyntax.Expression) hcl.Diagnostics {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return p.appendExpression(scope, e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return p.appendExpression(scope, e.Wrapped)
	case *hclsyntax.TemplateExpr:
		var diags hcl.Diagnostics
		for _, inner := range e.Parts {
			diags = append(diags, p.appendExpression(scope, inner)...)
		}
		return diags
	case *hclsyntax.ScopeTraversalExpr:
		if found, ok := parseRequestPart(e.Traversal); ok {
			*p = append(*p, found)
			return found.checkHeader(e.Range())
		}
	}
	return p.appendText(scope, e)
}

// parseRequestPart parses a name that stands for a part of the request.
func parseRequestPart(t hcl.Traversal) (part, bool) {
	switch root := t.RootName(); {
	case root == timestampRoot && len(t) == 1:
		return part{source: fromTimestamp}, true
	case root == publicURLRoot && len(t) == 1:
		return part{source: fromPublicURL}, true
	case root != requestRoot || len(t) < 2:
		return part{}, false
	}
	member, _ := traverserName(t[1])
	if member == "headers" && len(t) == 3 {
		name, ok := traverserName(t[2])
		return part{source: fromHeader, text: http.CanonicalHeaderKey(name)}, ok
	}
	found, ok := map[string]source{"raw": fromBody, "method": fromMethod, "url": fromURI}[member]
	return part{source: found}, ok && len(t) == 2
}

// checkHeader checks the name of the header that a part reads.
func (x part) checkHeader(place hcl.Range) hcl.Diagnostics {
	if x.source != fromHeader {
		return nil
	}
	if flaw := headerNameFlaw(x.text); flaw != "" {
		return hcl.Diagnostics{diag.Error(place, "Not a header field", flaw)}
	}
	return nil
}

// traverserName returns the name in .name and ["name"].
func traverserName(t hcl.Traverser) (string, bool) {
	switch t := t.(type) {
	case hcl.TraverseAttr:
		return t.Name, true
	case hcl.TraverseIndex:
		if t.Key.Type() == cty.String && t.Key.IsKnown() && !t.Key.IsNull() {
			return ctytext.String(t.Key), true
		}
	}
	return "", false
}

// appendText appends an expression that does not depend on the request. compile
// has reported its warnings.
func (p *payload) appendText(scope *expr.Scope, e hclsyntax.Expression) hcl.Diagnostics {
	c, diags := expr.Compile(e, scope, cty.String)
	if diags.HasErrors() {
		return diags
	}
	if len(c.Refs()) > 0 {
		return hcl.Diagnostics{diag.Error(e.Range(), "Not part of what is signed",
			"A signature covers raw bytes, so a payload may hold only text, webhook.headers[\"NAME\"], webhook.method, webhook.url, "+
				"public_url, timestamp and webhook.raw: no function, no condition and no other part of the request. "+
				"webhook.raw is the raw body.")}
	}
	if text, known := expr.Bind[string](c).Constant(); known {
		*p = append(*p, part{source: fromText, text: text})
	} else {
		*p = append(*p, part{source: fromUnset})
	}
	return nil
}
