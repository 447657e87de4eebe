package input

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// Normalize returns a value in the form of a decoded body: numbers are
// json.Number, and objects are plain maps.
func Normalize(v any) (any, error) {
	text, err := value.Append(nil, v)
	if err != nil {
		return nil, err
	}
	return value.Decode(text, value.Limits{Depth: value.MaxDepth})
}

// ForContact returns the variable "email" of a call for a contact.
func ForContact() *Variable {
	return &Variable{
		Name: "email", Type: &Type{kind: kindString}, Required: true, ofCall: true,
		From:  Source{Part: PartInput, Steps: []Step{{Name: "email"}}},
		rules: rules{format: findFormat("email")},
	}
}

// CheckKnownMembers returns the faults of the input of a call that are certain
// before the call: given has unknown parts where its value depends on the run. It
// finds nothing that ConvertMembers would accept. Missing and unknown members are
// no faults.
func CheckKnownMembers(variables []*Variable, given cty.Value) []flow.Fault {
	c := NewChecker()
	switch t := given.Type(); {
	case t == cty.DynamicPseudoType || t.IsMapType():
	case t.IsObjectType():
		for _, v := range variables {
			if t.HasAttribute(v.Name) {
				v.checkKnown(c, knownMember(given, v.Name))
			}
		}
	default:
		c.startAt(PartInput, nil, FormatJSON)
		c.addMismatch(&Type{kind: kindObject}, sampleOf(t))
	}
	return c.faults.List
}

// knownMember returns a member of a value of an object type.
func knownMember(v cty.Value, name string) cty.Value {
	if !v.IsKnown() || v.IsNull() {
		return cty.UnknownVal(v.Type().AttributeType(name))
	}
	return v.GetAttr(name)
}

// checkKnown is Convert for a value that may have unknown parts.
func (v *Variable) checkKnown(c *Checker, given cty.Value) {
	if !given.IsWhollyKnown() {
		c.startAt(v.From.Part, v.From.place(), FormatJSON)
		c.checkShape(v.Type, given)
		return
	}
	plain, err := expr.FromCty(given)
	if err == nil {
		plain, err = Normalize(plain)
	}
	if err == nil {
		v.Convert(c, plain, true, FormatJSON)
	}
}

// checkShape checks the types of a value with unknown parts.
func (c *Checker) checkShape(t *Type, v cty.Value) {
	ct := v.Type()
	isList := ct.IsListType() || ct.IsTupleType() || ct.IsSetType()
	switch {
	case t.kind == kindAny || ct.IsCapsuleType():
	case v.IsKnown() && v.IsNull():
		c.addMissing(t, true)
	case ct == cty.DynamicPseudoType:
	case isList && (t.kind == kindList || t.kind == kindTuple):
		c.checkItemShapes(t, v)
	case t.kind == kindObject && ct.IsObjectType():
		c.checkObjectShape(t, v)
	case t.kind == kindMap && ct.IsObjectType():
		for name := range ct.AttributeTypes() {
			c.checkShapeAt(Step{Name: name}, t.elem, knownMember(v, name))
		}
	case ct.IsMapType() && (t.kind == kindMap || t.kind == kindObject):
	case ct != t.CTY():
		c.addMismatch(t, sampleOf(ct))
	}
}

func (c *Checker) checkShapeAt(at Step, t *Type, v cty.Value) {
	c.enter(at)
	c.checkShape(t, v)
	c.leave()
}

// checkItemShapes checks the elements of a list whose length is known.
func (c *Checker) checkItemShapes(t *Type, v cty.Value) {
	if !v.IsKnown() || !v.CanIterateElements() {
		return
	}
	if n := v.LengthInt(); t.kind == kindTuple && n != len(t.items) {
		c.addWrongCount(len(t.items), n)
		return
	}
	for i, item := range v.AsValueSlice() {
		elem := t.elem
		if t.kind == kindTuple {
			elem = t.items[i]
		}
		c.checkShapeAt(Step{Index: i, IsIndex: true}, elem, item)
	}
}

// checkObjectShape checks the declared members of an object.
func (c *Checker) checkObjectShape(t *Type, v cty.Value) {
	for _, m := range t.members {
		switch {
		case !v.Type().HasAttribute(m.name):
			if !m.optional {
				c.enter(Step{Name: m.name})
				c.addMissing(m.typ, false)
				c.leave()
			}
		default:
			given := knownMember(v, m.name)
			if m.optional && given.IsKnown() && given.IsNull() {
				continue
			}
			c.checkShapeAt(Step{Name: m.name}, m.typ, given)
		}
	}
}

// sampleOf returns a value whose type has the name of t in messages.
func sampleOf(t cty.Type) any {
	switch {
	case t == cty.Number:
		return 0
	case t == cty.Bool:
		return false
	case t == cty.String:
		return ""
	case t.IsObjectType() || t.IsMapType():
		return map[string]any{}
	}
	return []any{}
}
