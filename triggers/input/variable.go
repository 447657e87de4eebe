package input

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/value"
)

// Variable is a declared value: its type, its rules and where it comes from.
// It is immutable once decoded.
type Variable struct {
	Name        string
	Description string
	Type        *Type
	From        Source
	Required    bool
	Default     any // nil for null
	Sensitive   bool
	Range       hcl.Range // of the block

	ofCall bool // a member of the input of a call, not a value of a request

	rules rules
	settings
}

// settings are the attributes that are compiled to rules.
type settings struct {
	enum       []any
	pattern    string
	formatName string
	minimum    any
	maximum    any
	isUnknown  bool // one of them depends on a secret or variable that is not set
}

// ForRequest returns a variable that takes a value of a request.
func ForRequest() *Variable { return &Variable{} }

// ForCall returns a variable that takes a member of the input of a call.
func ForCall() *Variable { return &Variable{ofCall: true} }

// NewUntyped returns a variable that the files do not declare. It holds any value.
func NewUntyped(name string) *Variable { return &Variable{Name: name, Type: &Type{kind: kindAny}} }

// Describe declares the block.
func (v *Variable) Describe(s *schema.Spec) {
	v.Type, v.Required = &Type{kind: kindAny}, true
	s.Doc = "A member of the input, which the flow reads as `input.NAME`. It is checked before the flow starts: if a value is wrong, the calling action fails and its error lists each fault of each variable. `null` counts as missing."
	if !v.ofCall {
		s.Doc = "A value of the request that the flow reads as `webhook.NAME`. It is checked before a run starts: if a value is wrong, the caller gets 422 with each fault of each variable.\n\n" +
			"In a JSON body a value must have the declared JSON type: `\"5\"` is not a number. Headers, queries, paths, forms and XML hold only text; there, text is read as the number or boolean that it spells exactly, and a single value is accepted for an array of one. In forms and queries a boolean is also `on`, `yes`, `1`, `off`, `no` or `0`, in upper or lower case. `null` counts as missing. In forms and queries an empty text also counts as missing if the value is not required: the variable has its default or is null. A required string may be empty, unless `min` says otherwise."
	}
	schema.Label(s, &v.Name, "NAME", "The name under which the flow reads the value.")
	schema.Func(s, "type", "type", "`string`, `number`, `bool`, `object`, `array`, `any`, or a full type such as `list(object({ sku = string, qty = number }))`, which is checked at every depth. Members of an object are required except for `optional(T)` and `optional(T, default)`; undeclared members are kept.",
		v.decodeType, schema.Default("any"))
	publicAttr(s, v, &v.Description, "description", "string", "A description of the value, for people and for the API description.")
	if !v.ofCall {
		schema.Func(s, "from", "reference", "The place of the value in the request: a plain reference below `webhook.body`, `webhook.headers`, `webhook.query` or `webhook.path`. `jsondecode(TEXT)`, followed by members, is a place in JSON that a sender wrote as text: `jsondecode(webhook.raw).name` for a body that came as `text/plain`, `jsondecode(webhook.body.payload).ref` for a field of a form, `jsondecode(base64decode(webhook.body.message.data)).id` for base64. Such a text has the limits of a JSON body, and is decoded once for all variables. If it is no JSON, the caller gets 422 with its place; if it is missing or empty, so are the values in it.",
			v.decodeFrom, schema.Default("webhook.body.NAME"))
	}
	schema.Attr(s, &v.Required, "required", "Whether a request without the value is refused. A value that is missing, not required and without `default` is null.")
	schema.Attr(s, &v.Sensitive, "sensitive", "Keeps the value, and what is computed from it, out of logs, history and API, as an output of an action with `sensitive = true`. So is the part of the request in which it stands: the body, or the headers, the query and the path. The store holds it sealed. `nonsensitive` shows a value.")
	v.describeRules(s)
	s.Check(v.checkSettings)
}

func (v *Variable) describeRules(s *schema.Spec) {
	publicAttr(s, v, &v.Default, "default", "any", "The value to use if it is missing. A variable with a default is not required.")
	publicAttr(s, v, &v.enum, "enum", "list", "The only values that are accepted.")
	publicAttr(s, v, &v.pattern, "pattern", "string", "A regular expression (RE2) that a string must match. It may match anywhere in the string: begin it with `^` and end it with `$` to match the whole.")
	publicAttr(s, v, &v.formatName, "format", "string", "The format that a string must have. `date-time` is a date and time as in RFC 3339; it also accepts an offset such as `+0100` or `+01`, a comma before the fraction, and a space instead of `T`, as Jira and other senders write it. The value stays as it was sent. `email` is an address of any script, such as `jürgen@büro.example`; its domain is an `idn-hostname`, or an IP address in brackets. `hostname` is a name in ASCII; a label that begins with `xn--` must encode letters that IDNA allows (RFC 5891). `idn-hostname` is also a name in its own letters. `uri` is in ASCII (RFC 3986): a host of another script begins with `xn--`, and its other letters are percent-encoded.", schema.OneOf(formatNames()...))
	publicAttr(s, v, &v.minimum, "min", "number", "The minimum of a number, of the length of a string in characters, or of the number of elements of an array.")
	publicAttr(s, v, &v.maximum, "max", "number", "The maximum of a number, of the length of a string in characters, or of the number of elements of an array.")
}

func (v *Variable) decodeType(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
	p := &typeParser{c: c}
	v.Type = p.parse(a.Expr)
	return p.diags
}

func (v *Variable) decodeFrom(c *schema.Context, a *hclsyntax.Attribute) hcl.Diagnostics {
	return decodeSource(c, a, &v.From)
}

// IsOptional reports whether requests without the value are accepted.
func (v *Variable) IsOptional() bool { return !v.Required || v.Default != nil }

// ObjectType returns the type of an object with the variables as further members.
// An optional attribute of the type may be null.
func ObjectType(members map[string]cty.Type, variables []*Variable) cty.Type {
	var nullable []string
	for _, v := range variables {
		members[v.Name] = v.Type.CTY()
		if !v.Required && v.Default == nil && !v.isUnknown {
			nullable = append(nullable, v.Name)
		}
	}
	return cty.ObjectWithOptionalAttrs(members, nullable)
}

// Convert checks the value that a request holds for the variable, records its
// faults and returns the value for the flow.
func (v *Variable) Convert(c *Checker, given any, present bool, format Format) any {
	c.startAt(v.From.Part, v.From.place(), format)
	if v.Sensitive {
		c.hideBelow()
	}
	if given == nil || v.IsOptional() && c.isMissing(given) {
		if !v.IsOptional() {
			c.addMissing(v.Type, present)
		}
		return v.Default
	}
	before := c.faults.Total
	out, _ := c.convert(v.Type, given)
	if c.faults.Total == before {
		v.rules.checkValue(c, out)
	}
	return out
}

// Find returns the variable of a name, nil if there is none.
func Find(variables []*Variable, name string) *Variable {
	for _, v := range variables {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// ConvertMembers converts the input of a call, whose members must all have a
// variable.
func ConvertMembers(variables []*Variable, members map[string]any) (map[string]any, Faults) {
	c := NewChecker()
	out := make(map[string]any, len(variables))
	for _, v := range variables {
		given, present := members[v.Name]
		out[v.Name] = v.Convert(c, given, present, FormatJSON)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if Find(variables, name) == nil {
			c.startAt(PartInput, []Step{{Name: name}}, FormatJSON)
			c.addFault("No variable of the flow has this name.", actualNothing, value.TypeName(members[name]))
		}
	}
	return out, c.faults
}

// DeclareEnums returns a scope that knows which values the variables below root
// have.
func DeclareEnums(s *expr.Scope, root string, variables []*Variable) *expr.Scope {
	for _, v := range variables {
		if v.rules.enum != nil {
			s = s.WithEnum(root, v.Name, v.rules.enum)
		}
	}
	return s
}
