package input

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/schema"
)

// Variable is a value that a flow takes out of the request and that callers
// must get right.
type Variable struct {
	ofCall      bool // a member of the input of a call, not a value of a request
	Name        string
	Description string
	Type        *Type
	From        Source
	Required    bool
	Default     any // nil for null

	rules      rules
	enum       []any
	pattern    string
	formatName string
	minimum    any
	maximum    any
	unknown    bool // something it says depends on what is not set
}

// ForRequest returns a variable that takes a value of a request.
func ForRequest() *Variable { return &Variable{} }

// ForCall returns a variable that takes a member of the input of a call.
func ForCall() *Variable { return &Variable{ofCall: true} }

// Describe declares the block.
func (v *Variable) Describe(s *schema.Spec) {
	v.Type, v.Required = &Type{kind: anything}, true
	s.Doc = "A member of the input, which the flow reads as `input.NAME`. It is checked before the flow starts: the action that calls fails with every fault of every variable. `null` counts as missing."
	if !v.ofCall {
		s.Doc = "A value of the request that the flow reads as `webhook.NAME`. It is checked before a run starts: the caller gets 422 with every fault of every variable.\n\n" +
			"In a JSON body a value must have the JSON type that is declared: `\"5\"` is no number. Headers, queries, paths, forms and XML hold texts only; there a text is read as the number or boolean that it spells exactly, and one value stands for an array of one. `null` counts as missing."
	}
	schema.Label(s, &v.Name, "NAME", "What the flow calls the value.")
	schema.Func(s, "type", "type", "`string`, `number`, `bool`, `object`, `array`, `any`, or a full type such as `list(object({ sku = string, qty = number }))`, which is checked to its depth. Members of an object are required but for `optional(T)` and `optional(T, default)`; further members are kept.",
		v.decodeType, schema.Default("any"))
	open(s, v, &v.Description, "description", "string", "What the value is, for people and for the API description.")
	if !v.ofCall {
		schema.Func(s, "from", "reference", "Where the value stands, as a plain reference below `webhook.body`, `webhook.headers`, `webhook.query` or `webhook.path`.",
			v.decodeFrom, schema.Default("webhook.body.NAME"))
	}
	schema.Attr(s, &v.Required, "required", "Whether a request without the value is refused. If it is not required and has no `default`, it is null where it is missing.")
	open(s, v, &v.Default, "default", "any", "What holds where the value is missing, which makes it not required.")
	open(s, v, &v.enum, "enum", "list", "The only values that are accepted.")
	open(s, v, &v.pattern, "pattern", "string", "A regular expression (RE2) that a text must match. It may match anywhere in the text: begin it with `^` and end it with `$` to match the whole.")
	open(s, v, &v.formatName, "format", "string", "A form that a text must have.", schema.OneOf(formatNames()...))
	open(s, v, &v.minimum, "min", "number", "The least value of a number, length of a text in characters, or number of elements of an array.")
	open(s, v, &v.maximum, "max", "number", "The greatest value of a number, length of a text in characters, or number of elements of an array.")
	s.Check(v.check)
}

func (v *Variable) decodeType(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
	p := &typeParser{c: c}
	v.Type = p.parse(a.Expr)
	return p.diags
}

func (v *Variable) decodeFrom(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
	return decodeSource(c, a, &v.From)
}

// IsOptional tells whether requests without the value are taken.
func (v *Variable) IsOptional() bool { return !v.Required || v.Default != nil }

// Take checks what a request holds for the variable and returns what the flow
// gets. Faults are noted.
func (v *Variable) Take(c *Checker, given any, present, loose bool) any {
	c.begin(v.From.Part, v.From.Steps, loose)
	if given == nil {
		if !v.IsOptional() {
			c.missing(v.Type, present)
		}
		return v.Default
	}
	before := c.found.Total
	out, _ := c.value(v.Type, given)
	if c.found.Total == before {
		v.rules.check(c, out)
	}
	return out
}
