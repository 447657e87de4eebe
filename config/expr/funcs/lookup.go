package funcs

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

func lookupFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Type: cty.DynamicPseudoType, AllowMarked: true},
			{Type: cty.String, AllowMarked: true},
		},
		VarParam: &function.Parameter{
			Type:      cty.DynamicPseudoType,
			AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true,
		},
		Type: lookupType,
		Impl: lookupValue,
	})
}

func lookupType(args []cty.Value) (cty.Type, error) {
	if len(args) > 3 {
		return cty.NilType, errors.New("at most three arguments are allowed: a map, a key and a default")
	}
	ty := args[0].Type()
	switch {
	case ty.IsMapType():
		return lookupMapType(args, ty.ElementType())
	case !ty.IsObjectType():
		return cty.NilType, function.NewArgErrorf(0, "a map or object is required, not %s", ty.FriendlyName())
	}
	key, _ := args[1].Unmark()
	name, ok := knownText(key)
	switch {
	case !ok:
		return cty.DynamicPseudoType, nil
	case ty.HasAttribute(name):
		return ty.AttributeType(name), nil
	case len(args) == 3:
		return args[2].Type(), nil
	}
	return cty.NilType, noSuchKey(name)
}

// lookupMapType is the type of the elements, unless the default, which is
// returned unchanged, has another.
func lookupMapType(args []cty.Value, element cty.Type) (cty.Type, error) {
	if len(args) == 3 && !args[2].Type().Equals(element) {
		return cty.DynamicPseudoType, nil
	}
	return element, nil
}

func lookupValue(args []cty.Value, _ cty.Type) (cty.Value, error) {
	from, marks := args[0].Unmark()
	key, keyMarks := args[1].Unmark()
	marks = cty.NewValueMarks(marks, keyMarks)
	value, found := lookupKey(from, key)
	if !found {
		if len(args) < 3 {
			return cty.NilVal, noSuchKey(key.AsString())
		}
		value = args[2]
	}
	return value.WithMarks(marks), nil
}

// lookupKey returns the element of a known map or object with the key.
func lookupKey(from, key cty.Value) (cty.Value, bool) {
	if name := key.AsString(); from.Type().IsObjectType() {
		if !from.Type().HasAttribute(name) {
			return cty.NilVal, false
		}
		return from.GetAttr(name), true
	}
	if from.HasIndex(key).False() {
		return cty.NilVal, false
	}
	return from.Index(key), true
}

func noSuchKey(name string) error {
	return function.NewArgErrorf(1, "there is no key %q; give a default as the third argument if it may be missing", ctytext.Decode(name))
}
