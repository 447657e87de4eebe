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
)

// payload is what a sender signs: parts that follow each other. An expression
// in a file is taken apart and never evaluated, so that the body is hashed
// where it lies and no byte of it passes through a value of an expression,
// which would be brought to Unicode's NFC form.
type payload []part

type part struct {
	source source
	text   string // the text itself, or the canonical name of the header
}

type source int

const (
	fromText source = iota
	fromHeader
	fromBody
	fromUnset // a text that is not known, as it comes from a secret that is not set
)

func rawBody() payload { return payload{{source: fromBody}} }

// compile reads the attribute of a block; null leaves the payload as it is.
func (p *payload) compile(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
	whole, diags := expr.Compile(a.Expr, c.Scope, cty.String)
	if diags.HasErrors() {
		return diags
	}
	if v, known := whole.Constant(); known && v == nil {
		return diags
	}
	var parts payload
	if found := parts.add(c.Scope, a.Expr); found.HasErrors() {
		return append(diags, found...)
	}
	*p = parts
	return append(diags, parts.doubts(a)...)
}

// doubts finds payloads that leave out what a signature is for.
func (p payload) doubts(a *hclsyntax.Attribute) hcl.Diagnostics {
	if p.readsBody() {
		return nil
	}
	if !slices.ContainsFunc(p, func(x part) bool { return x.source == fromHeader }) {
		return hcl.Diagnostics{diag.Error(a.Expr.Range(), "Payload always the same",
			"It holds nothing of the request, so one signature would fit all. Put webhook.raw into it.")}
	}
	return hcl.Diagnostics{diag.Warning(a.Expr.Range(), "Body not signed",
		"The payload does not hold webhook.raw, so the body of a signed request can be exchanged. Put it in if the sender does.")}
}

// add takes an expression apart.
func (p *payload) add(scope *expr.Scope, e hclsyntax.Expression) hcl.Diagnostics {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return p.add(scope, e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return p.add(scope, e.Wrapped)
	case *hclsyntax.TemplateExpr:
		var diags hcl.Diagnostics
		for _, inner := range e.Parts {
			diags = append(diags, p.add(scope, inner)...)
		}
		return diags
	case *hclsyntax.ScopeTraversalExpr:
		if found, ok := requestPart(e.Traversal); ok {
			*p = append(*p, found)
			return found.check(e.Range())
		}
	}
	return p.addText(scope, e)
}

// requestPart reads webhook.raw and webhook.headers["NAME"].
func requestPart(t hcl.Traversal) (part, bool) {
	if t.RootName() != "webhook" || len(t) < 2 {
		return part{}, false
	}
	member, _ := stepName(t[1])
	switch {
	case member == "raw" && len(t) == 2:
		return part{source: fromBody}, true
	case member == "headers" && len(t) == 3:
		name, ok := stepName(t[2])
		return part{source: fromHeader, text: http.CanonicalHeaderKey(name)}, ok
	}
	return part{}, false
}

// check finds headers that no request has.
func (x part) check(place hcl.Range) hcl.Diagnostics {
	if x.source != fromHeader {
		return nil
	}
	if flaw := fieldNameFlaw(x.text); flaw != "" {
		return hcl.Diagnostics{diag.Error(place, "Not a header field", flaw)}
	}
	return nil
}

// stepName returns the name in .name and ["name"].
func stepName(t hcl.Traverser) (string, bool) {
	switch t := t.(type) {
	case hcl.TraverseAttr:
		return t.Name, true
	case hcl.TraverseIndex:
		if t.Key.Type() == cty.String && t.Key.IsKnown() && !t.Key.IsNull() {
			return t.Key.AsString(), true
		}
	}
	return "", false
}

// addText takes an expression that reads nothing of the run. Its warnings are
// those of the whole expression.
func (p *payload) addText(scope *expr.Scope, e hclsyntax.Expression) hcl.Diagnostics {
	c, diags := expr.Compile(e, scope, cty.String)
	if diags.HasErrors() {
		return diags
	}
	if len(c.Refs()) > 0 {
		return hcl.Diagnostics{diag.Error(e.Range(), "Not part of what is signed",
			"A signature is over bytes as they came, so a payload is put together from texts, "+
				"webhook.headers[\"NAME\"] and webhook.raw alone: no function, no condition and no other name of the request. "+
				"The body, unparsed, is webhook.raw.")}
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

// reads tells whether a header is part of the payload, by its canonical name.
func (p payload) reads(header string) bool {
	return slices.Contains(p, part{source: fromHeader, text: header})
}

// check finds requests that lack a part, and those with a part that could be
// read in two ways.
func (p payload) check(h http.Header) error {
	for _, x := range p {
		switch x.source {
		case fromHeader:
			if _, err := single(h, x.text); err != nil {
				return err
			}
		case fromUnset:
			return errors.New("the payload reads a secret that is not set")
		}
	}
	return nil
}

// write hashes the parts of a request that check found nothing wrong with.
func (p payload) write(s *sum, r *Request) {
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
