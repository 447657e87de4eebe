package input

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
)

// typeParser parses type expressions. Their syntax is Terraform's, and array and
// object stand for list(any) and map(any).
type typeParser struct {
	c     *schema.Context // for the defaults of optional members
	diags hcl.Diagnostics
}

// parse returns the type that e names, or kindAny after an error.
func (p *typeParser) parse(e hcl.Expression) *Type {
	if word := hcl.ExprAsKeyword(e); word != "" {
		return p.parseKeyword(e, word)
	}
	call, diags := hcl.ExprCall(e)
	if diags.HasErrors() {
		p.addError(e.Range(), "A type is one of string, number, bool, object, array, any, or a full type such as list(object({ sku = string, qty = number }))."+describeQuotedType(e))
		return &Type{kind: kindAny}
	}
	if len(call.Arguments) != 1 || !slices.Contains(constructorNames(), call.Name) {
		p.addError(e.Range(), describeWrongCall(call))
		return &Type{kind: kindAny}
	}
	switch arg := call.Arguments[0]; call.Name {
	case "list":
		return &Type{kind: kindList, elem: p.parse(arg)}
	case "map":
		return &Type{kind: kindMap, elem: p.parse(arg)}
	case "tuple":
		return p.parseTuple(arg)
	}
	return p.parseObject(call.Arguments[0])
}

func (p *typeParser) addError(at hcl.Range, detail string) {
	p.diags = append(p.diags, diag.Error(at, "Wrong type", detail))
}

func (p *typeParser) parseKeyword(e hcl.Expression, word string) *Type {
	switch word {
	case "any":
	case "string":
		return &Type{kind: kindString}
	case "number":
		return &Type{kind: kindNumber}
	case "bool":
		return &Type{kind: kindBool}
	case "array":
		return &Type{kind: kindList, elem: &Type{kind: kindAny}}
	case "object":
		return &Type{kind: kindMap, elem: &Type{kind: kindAny}}
	default:
		p.addError(e.Range(), describeUnknownType(word))
	}
	return &Type{kind: kindAny}
}

func (p *typeParser) parseTuple(arg hcl.Expression) *Type {
	t := &Type{kind: kindTuple}
	items, diags := hcl.ExprList(arg)
	if diags.HasErrors() {
		p.addError(arg.Range(), "A tuple lists the types of its elements: tuple([string, number]).")
	}
	for _, item := range items {
		t.items = append(t.items, p.parse(item))
	}
	return t
}

func (p *typeParser) parseObject(arg hcl.Expression) *Type {
	t := &Type{kind: kindObject}
	pairs, diags := hcl.ExprMap(arg)
	if diags.HasErrors() {
		p.addError(arg.Range(), "An object names its members and their types: object({ sku = string, qty = number }).")
	}
	for _, pair := range pairs {
		name, ok := parseMemberName(pair.Key)
		if !ok {
			p.addError(pair.Key.Range(), "The name of a member must be written out.")
			continue
		}
		if slices.ContainsFunc(t.members, func(m member) bool { return m.name == name }) {
			p.addError(pair.Key.Range(), fmt.Sprintf("The object has a member %q already.", name))
			continue
		}
		t.members = append(t.members, p.parseMember(name, pair.Value))
	}
	slices.SortFunc(t.members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return t
}

func parseMemberName(key hcl.Expression) (string, bool) {
	if name := hcl.ExprAsKeyword(key); name != "" {
		return name, true
	}
	v, diags := key.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

// parseMember parses the type of a member, which may be optional(T) or
// optional(T, default).
func (p *typeParser) parseMember(name string, e hcl.Expression) member {
	call, diags := hcl.ExprCall(e)
	if diags.HasErrors() || call.Name != "optional" {
		return member{name: name, typ: p.parse(e)}
	}
	if len(call.Arguments) < 1 || len(call.Arguments) > 2 {
		p.addError(e.Range(), "optional takes a type and, if needed, a default: optional(number, 1).")
		return member{name: name, typ: &Type{kind: kindAny}, optional: true}
	}
	m := member{name: name, typ: p.parse(call.Arguments[0]), optional: true}
	if len(call.Arguments) == 2 {
		m.defaultValue = p.parseDefault(m.typ, call.Arguments[1])
	}
	return m
}

func (p *typeParser) parseDefault(t *Type, e hcl.Expression) any {
	v, known, diags := evalConstant(p.c, e)
	p.diags = append(p.diags, diags...)
	if !known || v == nil {
		return nil
	}
	v, faults := convertLiteral(t, v)
	for _, f := range faults {
		p.diags = append(p.diags, diag.Error(e.Range(), "Wrong default", describeFault(f)))
	}
	return v
}

// constructorNames returns the names of the types that take an argument.
func constructorNames() []string { return []string{"list", "map", "object", "tuple"} }

func describeWrongCall(call *hcl.StaticCall) string {
	switch call.Name {
	case "list", "map":
		return fmt.Sprintf("%s takes the type of its elements: %s(string).", call.Name, call.Name)
	case "object":
		return "An object names its members and their types: object({ sku = string, qty = number })."
	case "tuple":
		return "A tuple lists the types of its elements: tuple([string, number])."
	case "optional":
		return "Only members of an object can be optional: object({ note = optional(string) })."
	}
	return describeUnknownType(call.Name)
}

// typeNames returns the words that begin a type.
func typeNames() []string {
	return []string{"string", "number", "bool", "object", "array", "any", "list", "map", "tuple"}
}

// describeUnknownType says which type to write instead of a word that names none.
func describeUnknownType(word string) string {
	switch word {
	case "list":
		return `A list names the type of its elements: list(string). Write "array" for elements of any type.`
	case "map":
		return `A map names the type of its elements: map(string). Write "object" for members of any type.`
	case "tuple":
		return `A tuple names the types of its elements: tuple([string, number]). Write "array" for elements of any type.`
	case "set":
		return "JSON has no sets. Write list(…)."
	case "int", "integer", "float", "double", "decimal":
		return `Write "number".`
	case "boolean":
		return `Write "bool".`
	case "str", "text":
		return `Write "string".`
	case "dict", "struct":
		return `Write "object".`
	case "date", "datetime", "email", "uri", "uuid":
		return fmt.Sprintf("%q is not a type. Write string, and give the variable a format.", word)
	}
	detail := fmt.Sprintf("There is no type %q.", word)
	if near := diag.DidYouMean(word, typeNames()); near != "" {
		return detail + near
	}
	return detail + " There is string, number, bool, object, array, any, list(T), map(T), tuple([T, …]) and object({ name = T })."
}

// describeQuotedType explains how to write a type that stands in quotes.
func describeQuotedType(e hcl.Expression) string {
	v, diags := e.Value(nil)
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return ""
	}
	word, _, _ := strings.Cut(v.AsString(), "(")
	if !slices.Contains(typeNames(), word) {
		return " " + describeUnknownType(v.AsString())
	}
	return fmt.Sprintf(" Write it without quotes: %s.", v.AsString())
}
