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

// typeParser reads type expressions. They are written as in Terraform, and
// array and object stand for list(any) and map(any).
type typeParser struct {
	c     *schema.Context // for the defaults of optional members
	diags hcl.Diagnostics
}

// parse returns the type that e says, and one that takes anything where it
// says none.
func (p *typeParser) parse(e hcl.Expression) *Type {
	if word := hcl.ExprAsKeyword(e); word != "" {
		return p.word(e, word)
	}
	call, diags := hcl.ExprCall(e)
	if diags.HasErrors() {
		p.fail(e.Range(), "A type is one of string, number, bool, object, array, any, or a full type such as list(object({ sku = string, qty = number }))."+quotedType(e))
		return &Type{kind: anything}
	}
	if len(call.Arguments) != 1 || !slices.Contains(constructors(), call.Name) {
		p.fail(e.Range(), wrongCall(call))
		return &Type{kind: anything}
	}
	switch arg := call.Arguments[0]; call.Name {
	case "list":
		return &Type{kind: list, elem: p.parse(arg)}
	case "map":
		return &Type{kind: dict, elem: p.parse(arg)}
	case "tuple":
		return p.tuple(arg)
	}
	return p.record(call.Arguments[0])
}

func (p *typeParser) fail(at hcl.Range, detail string) {
	p.diags = append(p.diags, diag.Error(at, "Wrong type", detail))
}

func (p *typeParser) word(e hcl.Expression, word string) *Type {
	switch word {
	case "any":
	case "string":
		return &Type{kind: text}
	case "number":
		return &Type{kind: number}
	case "bool":
		return &Type{kind: boolean}
	case "array":
		return &Type{kind: list, elem: &Type{kind: anything}}
	case "object":
		return &Type{kind: dict, elem: &Type{kind: anything}}
	default:
		p.fail(e.Range(), unknownType(word))
	}
	return &Type{kind: anything}
}

func (p *typeParser) tuple(arg hcl.Expression) *Type {
	t := &Type{kind: tuple}
	items, diags := hcl.ExprList(arg)
	if diags.HasErrors() {
		p.fail(arg.Range(), "A tuple lists the types of its elements: tuple([string, number]).")
	}
	for _, item := range items {
		t.items = append(t.items, p.parse(item))
	}
	return t
}

func (p *typeParser) record(arg hcl.Expression) *Type {
	t := &Type{kind: record}
	pairs, diags := hcl.ExprMap(arg)
	if diags.HasErrors() {
		p.fail(arg.Range(), "An object names its members and their types: object({ sku = string, qty = number }).")
	}
	for _, pair := range pairs {
		name, ok := memberName(pair.Key)
		if !ok {
			p.fail(pair.Key.Range(), "The name of a member must be written out.")
			continue
		}
		if slices.ContainsFunc(t.members, func(m member) bool { return m.name == name }) {
			p.fail(pair.Key.Range(), fmt.Sprintf("The object has a member %q already.", name))
			continue
		}
		t.members = append(t.members, p.member(name, pair.Value))
	}
	slices.SortFunc(t.members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return t
}

func memberName(key hcl.Expression) (string, bool) {
	if name := hcl.ExprAsKeyword(key); name != "" {
		return name, true
	}
	v, diags := key.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

// member reads the type of a member, which may be optional(T) or
// optional(T, default).
func (p *typeParser) member(name string, e hcl.Expression) member {
	call, diags := hcl.ExprCall(e)
	if diags.HasErrors() || call.Name != "optional" {
		return member{name: name, typ: p.parse(e)}
	}
	if len(call.Arguments) < 1 || len(call.Arguments) > 2 {
		p.fail(e.Range(), "optional takes a type and perhaps a default: optional(number, 1).")
		return member{name: name, typ: &Type{kind: anything}, optional: true}
	}
	m := member{name: name, typ: p.parse(call.Arguments[0]), optional: true}
	if len(call.Arguments) == 2 {
		m.def = p.memberDefault(m.typ, call.Arguments[1])
	}
	return m
}

func (p *typeParser) memberDefault(t *Type, e hcl.Expression) any {
	v, known, diags := constant(p.c, e)
	p.diags = append(p.diags, diags...)
	if !known || v == nil {
		return nil
	}
	v, faults := conform(t, v)
	for _, f := range faults {
		p.diags = append(p.diags, diag.Error(e.Range(), "Wrong default", atPlace(f)))
	}
	return v
}

// constructors are the types that take an argument.
func constructors() []string { return []string{"list", "map", "object", "tuple"} }

func wrongCall(call *hcl.StaticCall) string {
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
	return unknownType(call.Name)
}

// typeWords returns what a type may begin with.
func typeWords() []string {
	return []string{"string", "number", "bool", "object", "array", "any", "list", "map", "tuple"}
}

// unknownType says what to write instead of a word that names no type.
func unknownType(word string) string {
	switch word {
	case "list":
		return `A list says what its elements are: list(string). Write "array" for elements of any type.`
	case "map":
		return `A map says what its elements are: map(string). Write "object" for members of any type.`
	case "tuple":
		return `A tuple says what its elements are: tuple([string, number]). Write "array" for elements of any type.`
	case "set":
		return "JSON knows no sets. Write list(…)."
	case "int", "integer", "float", "double", "decimal":
		return `Write "number".`
	case "boolean":
		return `Write "bool".`
	case "str", "text":
		return `Write "string".`
	case "dict", "struct":
		return `Write "object".`
	case "date", "datetime", "email", "uri", "uuid":
		return fmt.Sprintf("%q is no type. Write string, and give the variable a format.", word)
	}
	detail := fmt.Sprintf("There is no type %q.", word)
	if near := diag.DidYouMean(word, typeWords()); near != "" {
		return detail + near
	}
	return detail + " There is string, number, bool, object, array, any, list(T), map(T), tuple([T, …]) and object({ name = T })."
}

// quotedType explains a type that is written as a text.
func quotedType(e hcl.Expression) string {
	v, diags := e.Value(nil)
	if diags.HasErrors() || !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return ""
	}
	word, _, _ := strings.Cut(v.AsString(), "(")
	if !slices.Contains(typeWords(), word) {
		return " " + unknownType(v.AsString())
	}
	return fmt.Sprintf(" Write it without quotes: %s.", v.AsString())
}
