package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// webhookField is a field to send.
type webhookField struct {
	name, param string
	value       expr.Of[any]
	fallback    expr.Of[any]

	at         hcl.Range
	source     []string   // the path to the value if the file has none: a root name and members
	sourceExpr *expr.Expr // the expression for the history
}

// Describe declares the block.
func (f *webhookField) Describe(s *schema.Spec) {
	s.Doc = "A field that is sent."
	schema.Label(s, &f.name, "NAME", "The name of the field in the gateway.")
	schema.Attr(s, &f.param, "param", "The name under which it is sent. The default is NAME.")
	schema.Expr(s, &f.value, "value", "The value. The default in a flow with a contact is `contact.fields.NAME` (`contact.email` for `email`), in one with trigger `webhook` the variable `webhook.NAME` or, without such a variable, `webhook.body.NAME`, in one that another flow starts `input.NAME`.")
	schema.Expr(s, &f.fallback, "default", "The value to send if the value is null or missing.")
}

// addField decodes a field block.
func (w *Webhook) addField(c *schema.Context, b *hclsyntax.Block) hcl.Diagnostics {
	f := &webhookField{at: b.DefRange()}
	diags := schema.Decode(c, f, b)
	if f.param == "" {
		f.param = f.name
	}
	w.fields = append(w.fields, f)
	if diags.HasErrors() {
		return diags
	}
	if _, given := b.Body.Attributes["value"]; !given {
		diags = append(diags, f.findSource(c)...)
	}
	if f.value.IsSet() {
		f.value.Expr().SetName(f.historyName()) // tells the fields apart in the history
	}
	return diags
}

// historyName is the name of the field in the history.
func (f *webhookField) historyName() string { return "field." + f.name }

// requestParts lists the members of "webhook" that are not variables.
func requestParts() []string {
	return []string{"body", "headers", "query", "path", "method", "url", "remote_ip", "received_at", "raw", "auth"}
}

// findSource chooses the default source of a field's value.
func (f *webhookField) findSource(c *schema.Context) hcl.Diagnostics {
	_, contact := c.Scope.RunType("contact")
	request, webhook := c.Scope.RunType("webhook")
	_, input := c.Scope.RunType("input")
	switch {
	case contact && f.name == emailField:
		f.source = []string{"contact", emailField}
	case contact:
		f.source = []string{"contact", "fields", f.name}
	case webhook && request.IsObjectType() && request.HasAttribute(f.name) && !slices.Contains(requestParts(), f.name):
		f.source = []string{"webhook", f.name}
	case webhook:
		f.source = []string{"webhook", "body", f.name}
	case input:
		f.source = []string{"input", f.name}
	default:
		return hcl.Diagnostics{diag.Error(f.at, "Nothing to send", fmt.Sprintf("This flow has neither a contact nor a request with %q. Give the field a value.", f.name))}
	}
	root := &hclsyntax.ScopeTraversalExpr{Traversal: hcl.Traversal{hcl.TraverseRoot{Name: f.source[0], SrcRange: f.at}}, SrcRange: f.at}
	e, diags := expr.Compile(root, c.Scope, cty.DynamicPseudoType)
	if !diags.HasErrors() {
		e.SetName(f.historyName())
		f.sourceExpr = e
	}
	return diags
}

// readSource returns the value at the default source, nil if it is missing.
func (f *webhookField) readSource(c *flow.Call) any {
	if len(f.source) == 0 {
		return nil
	}
	v := c.Value(f.source[0])
	for _, name := range f.source[1:] {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case value.Object:
			v, _ = in.Get(name)
		default:
			return nil
		}
	}
	c.RecordValue(f.sourceExpr, v)
	return v
}

// evalValue returns the value to send, nil for none.
func (f *webhookField) evalValue(ctx context.Context, c *flow.Call) (any, error) {
	v, err := f.value.EvalOr(ctx, c, f.readSource(c))
	if v == nil && err == nil {
		v, err = f.fallback.EvalOr(ctx, c, nil)
	}
	return v, err
}

// emailField is the field that a flow with a contact always sends.
const emailField = "email"

func (w *Webhook) addEmailField(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	_, contact := c.Scope.RunType("contact")
	if !contact || slices.ContainsFunc(w.fields, func(f *webhookField) bool { return f.name == emailField }) {
		return nil
	}
	f := &webhookField{name: emailField, param: emailField, at: d.Block.DefRange()}
	w.fields = append(w.fields, f)
	return f.findSource(c)
}

// checkParams finds fields with the same sent name.
func (w *Webhook) checkParams(d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	seen := map[string]string{}
	for _, f := range w.fields {
		if first, twice := seen[f.param]; twice {
			diags = append(diags, diag.Error(f.at, "Field sent twice", fmt.Sprintf("The field %q is sent as %q already. Give one of them another param.", first, f.param)))
		}
		seen[f.param] = f.name
		if f.param == "" {
			diags = append(diags, diag.Error(f.at, "Field without a name", "A field is sent under a name."))
		}
	}
	if len(w.fields) == 0 {
		diags = append(diags, d.Problem("field", "Nothing to send", `A webhook sends fields: field "NAME" {}. For other bodies there is action "http".`))
	}
	return diags
}

// evalFields returns the fields of a run by their sent names, without nulls.
func (w *Webhook) evalFields(ctx context.Context, c *flow.Call) (map[string]any, error) {
	out := make(map[string]any, len(w.fields))
	for _, f := range w.fields {
		v, err := f.evalValue(ctx, c)
		if err != nil {
			return nil, err
		}
		if v != nil {
			out[f.param] = v
		}
	}
	return out, nil
}

// encodeFields writes the fields as the body.
func (w *Webhook) encodeFields(fields map[string]any) (body []byte, contentType string, err error) {
	if w.encoding == encodingJSON {
		if body, err = value.Append(nil, fields); err != nil {
			return nil, "", w.fieldError(fmt.Errorf("the fields can't be written as JSON: %w", err))
		}
		return body, "application/json", nil
	}
	var params url.Values
	if params, err = formValues(fields); err != nil {
		return nil, "", w.fieldError(err)
	}
	return []byte(params.Encode()), "application/x-www-form-urlencoded", nil
}

// fieldError makes the error of fields that can't be sent.
func (w *Webhook) fieldError(err error) error {
	for _, f := range w.fields {
		for _, e := range []*expr.Expr{f.value.Expr(), f.fallback.Expr()} {
			if e != nil && e.Sensitive() {
				return flow.InvalidValue(e, err)
			}
		}
	}
	return &flow.Error{Class: flow.Invalid, Message: "field: " + err.Error()}
}
