package actions

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/netname"
	"github.com/webhook-gateway/gateway/internal/value"
)

// tag changes a contact.
type tag struct {
	contact expr.Of[string]
	add     expr.Of[any]
	remove  expr.Of[any]
	fields  expr.Of[map[string]any]
}

func (t *tag) Describe(s *schema.Spec) {
	s.Doc = "Changes a contact of the gateway, and creates it if it is missing: adds and removes tags, and sets fields. Flows with trigger `tag` for a tag start each time the tag is added, even if the contact has it already.\n\n" +
		"Contacts are identified by their e-mail address, of any script. Upper and lower case make no difference, nor does a domain in ASCII: `jürgen@büro.example` and `Jürgen@xn--bro-hoa.example` are one contact. A contact may have 1000 tags of 200 characters, and 200 fields of 64 KiB as JSON."
	texts := schema.TypeName("string or list of string")
	schema.Expr(s, &t.contact, "contact", "The e-mail address. The default in flows that start with a contact is `contact.email`.")
	schema.Expr(s, &t.add, "add", "Tags to give. A tag that the contact has keeps the time at which it was given first.", texts)
	schema.Expr(s, &t.remove, "remove", "Tags to take away.", texts)
	schema.Expr(s, &t.fields, "fields", "Fields to set, by name. Null takes a field away; fields that are not named stay as they are.")
	s.Output("added", cty.List(cty.String), "The tags that the contact did not have before.")
	s.Output("removed", cty.List(cty.String), "The tags that it had.")
	s.Check(t.checkSettings)
	s.Example(schema.Example{
		Title: "Note a purchase",
		HCL:   "contact = webhook.body.email\nadd     = [\"customer\", \"bought-${webhook.body.product}\"]\nremove  = \"prospect\"\nfields = {\n  name  = webhook.body.name\n  order = webhook.body.order\n}",
		Input: `{"email": "jane@example.com", "product": "lamp", "name": "Jane", "order": "A-1"}`,
		Want:  `{"added": ["customer", "bought-lamp"], "removed": []}`,
	})
}

func (t *tag) checkSettings(c *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	problem := func(name, summary string, from *expr.Expr, err error) {
		if err != nil {
			diags = append(diags, d.Problem(name, summary, diag.Sentence(flow.HideSecret(from, err))))
		}
	}
	if _, given := c.Scope.RunType("contact"); !given && !t.contact.IsSet() && d.Known {
		diags = append(diags, d.Problem("contact", "Missing attribute", `"contact" is required, as this flow does not start with a contact: the e-mail address of the one that is to change.`))
	}
	if !t.add.IsSet() && !t.remove.IsSet() && !t.fields.IsSet() && d.Known {
		diags = append(diags, d.Problem("add", "Nothing to change", `Choose the change: with "add", "remove" or "fields".`))
	}
	if email, ok := t.contact.Constant(); ok {
		problem("contact", "Wrong address", t.contact.Expr(), checkEmail(email))
	}
	for _, field := range []expr.Of[any]{t.add, t.remove} {
		if v, ok := field.Constant(); ok {
			_, err := parseTags(v)
			problem(field.Expr().Name(), "Wrong tag", field.Expr(), err)
		}
	}
	fields, _ := t.fields.Constant()
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		problem("fields", "Wrong field", t.fields.Expr(), flow.CheckField(name))
	}
	return diags
}

// Traits reports that the action has an outside effect.
func (*tag) Traits() flow.Traits { return flow.Traits{Published: true, Stores: true} }

func (t *tag) Run(ctx context.Context, c *flow.Call) (any, error) {
	change, err := t.buildChange(ctx, c)
	if err != nil {
		return nil, err
	}
	if c.Contacts() == nil {
		return nil, &flow.Error{Class: flow.Permanent, Message: "this gateway keeps no contacts, as it has no store"}
	}
	got, err := c.Contacts().Change(ctx, change)
	if err != nil {
		return nil, t.hideSecret(c, err)
	}
	return map[string]any{"added": toList(got.Added), "removed": toList(got.Removed)}, nil
}

// buildChange evaluates the fields of the change.
func (t *tag) buildChange(ctx context.Context, c *flow.Call) (flow.ContactChange, error) {
	out := flow.ContactChange{Source: flow.TagManual, Cause: c.IdempotencyKey()}
	var err error
	if out.Email, err = t.contactEmail(ctx, c); err != nil {
		return out, err
	}
	if out.Add, err = evalTags(ctx, c, t.add); err != nil {
		return out, err
	}
	if out.Remove, err = evalTags(ctx, c, t.remove); err != nil {
		return out, err
	}
	if out.Fields, err = t.fields.EvalOr(ctx, c, nil); err != nil {
		return out, err
	}
	if len(out.Add) > 0 {
		out.FromFailure = c.FromFailure()
		out.Depth, err = c.NextDepth()
	}
	return out, err
}

// contactEmail returns the address in "contact", or that of the contact with
// which the flow started.
func (t *tag) contactEmail(ctx context.Context, c *flow.Call) (string, error) {
	if !t.contact.IsSet() {
		email := textMember(c.Value("contact"), "email")
		if email == "" {
			return "", &flow.Error{Class: flow.Invalid, Message: "the run did not start with a contact, so the action needs an address in \"contact\""}
		}
		return email, nil
	}
	email, err := t.contact.EvalOr(ctx, c, "")
	if err != nil {
		return "", err
	}
	return email, flow.InvalidValue(t.contact.Expr(), checkEmail(email))
}

// textMember returns a text member of an object, "" if it is missing.
func textMember(v any, name string) string {
	var got any
	switch v := v.(type) {
	case map[string]any:
		got = v[name]
	case value.Object:
		got, _ = v.Get(name)
	}
	text, _ := got.(string)
	return text
}

func checkEmail(email string) error {
	email = strings.TrimSpace(email)
	switch {
	case email == "":
		return errors.New("the contact's e-mail address is empty or null")
	case !netname.IsEmail(email):
		return fmt.Errorf("%.300q is not an e-mail address of a contact; it should be one such as \"jane@example.com\"", email)
	}
	return nil
}

func evalTags(ctx context.Context, c *flow.Call, field expr.Of[any]) ([]string, error) {
	if !field.IsSet() {
		return nil, nil
	}
	v, err := field.Eval(ctx, c)
	if err != nil {
		return nil, err
	}
	tags, err := parseTags(v)
	return tags, flow.InvalidValue(field.Expr(), err)
}

// parseTags reads a tag or a list of them. Null is none.
func parseTags(v any) ([]string, error) {
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	var tags []string
	for _, e := range list {
		if e == nil {
			continue
		}
		text, err := expr.Convert[string](e)
		if err != nil {
			return nil, fmt.Errorf("tags are a string or a list of strings: %w", err)
		}
		if err := flow.CheckTag(text); err != nil {
			return nil, err
		}
		tags = append(tags, text)
	}
	return tags, nil
}

// hideSecret removes the details of an error that may repeat a secret.
func (t *tag) hideSecret(c *flow.Call, err error) error {
	failed := flow.AsError(err)
	for _, e := range []*expr.Expr{t.contact.Expr(), t.add.Expr(), t.remove.Expr(), t.fields.Expr()} {
		if failed.Class == flow.Invalid && (c.Step.Sensitive || e != nil && e.Sensitive()) {
			return &flow.Error{Class: flow.Invalid, Message: "the contact can't be changed like this; details are hidden, as it reads a secret"}
		}
	}
	return err
}

func toList(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}
