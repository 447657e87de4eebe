package auth

import (
	"errors"
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

// payload is the sequence of parts that a sender signs. The expression of the
// configuration is split into parts and never evaluated, so that the raw body is
// hashed, also bytes that are not UTF-8 text.
type payload []part

type part struct {
	source source
	text   string // the literal text, or the canonical name of the header
}

type source int

const (
	fromText source = iota
	fromHeader
	fromBody
	fromUnset // text that depends on a secret that is not set
)

func bodyPayload() payload { return payload{{source: fromBody}} }

// compile compiles the attribute "payload". Null leaves the payload unchanged.
func (p *payload) compile(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
	whole, diags := expr.Compile(a.Expr, c.Scope, cty.String)
	if diags.HasErrors() {
		return diags
	}
	if v, known := whole.Constant(); known && v == nil {
		return diags
	}
	var parts payload
	if found := parts.appendExpression(c.Scope, a.Expr); found.HasErrors() {
		return append(diags, found...)
	}
	*p = parts
	return append(diags, parts.checkCoverage(a)...)
}

// checkCoverage warns of a payload that leaves out the body of the request, and
// refuses one that holds no part of it.
func (p payload) checkCoverage(a *hclsyntax.Attribute) hcl.Diagnostics {
	if p.readsBody() {
		return nil
	}
	if !slices.ContainsFunc(p, func(x part) bool { return x.source == fromHeader }) {
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

// parseRequestPart parses webhook.raw and webhook.headers["NAME"].
func parseRequestPart(t hcl.Traversal) (part, bool) {
	if t.RootName() != "webhook" || len(t) < 2 {
		return part{}, false
	}
	member, _ := traverserName(t[1])
	switch {
	case member == "raw" && len(t) == 2:
		return part{source: fromBody}, true
	case member == "headers" && len(t) == 3:
		name, ok := traverserName(t[2])
		return part{source: fromHeader, text: http.CanonicalHeaderKey(name)}, ok
	}
	return part{}, false
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
			"A signature covers raw bytes, so a payload may hold only text, "+
				"webhook.headers[\"NAME\"] and webhook.raw: no function, no condition and no other part of the request. "+
				"webhook.raw is the raw body.")}
	}
	if text, known := expr.Bind[string](c).Constant(); known {
		*p = append(*p, part{source: fromText, text: text})
	} else {
		*p = append(*p, part{source: fromUnset})
	}
	return nil
}

func (p payload) readsBody() bool {
	return slices.ContainsFunc(p, func(x part) bool { return x.source == fromBody })
}

// readsHeader reports whether the payload holds a header, given by its canonical
// name.
func (p payload) readsHeader(header string) bool {
	return slices.Contains(p, part{source: fromHeader, text: header})
}

// checkRequest refuses a request in which a part is missing or ambiguous.
func (p payload) checkRequest(h http.Header) error {
	for _, x := range p {
		switch x.source {
		case fromHeader:
			if _, err := singleHeader(h, x.text); err != nil {
				return err
			}
		case fromUnset:
			return errors.New("the payload reads a secret that is not set")
		}
	}
	return nil
}

// writeTo hashes the parts of a request that checkRequest accepted.
func (p payload) writeTo(s *sum, r *Request) {
	for _, x := range p {
		switch x.source {
		case fromBody:
			s.hash.Write(r.Body)
			continue
		case fromHeader:
			s.text = append(s.text[:0], r.Header.Get(x.text)...)
		default:
			s.text = append(s.text[:0], x.text...)
		}
		s.hash.Write(s.text)
	}
}
