package funcs

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

func jsonEncode() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Type:         cty.DynamicPseudoType,
			AllowUnknown: true, AllowDynamicType: true, AllowNull: true,
		}},
		Type:         function.StaticReturnType(cty.String),
		RefineResult: notNull,
		Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(result), nil
			}
			text, err := appendJSON(nil, args[0])
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(string(text)), nil
		},
	})
}

// appendJSON writes a wholly known value as RFC 8259 has it. Objects and maps
// are visited in the order of their names.
func appendJSON(dst []byte, v cty.Value) ([]byte, error) {
	if err := fits(len(dst)); err != nil {
		return nil, err
	}
	ty := v.Type()
	switch {
	case v.IsNull():
		return append(dst, "null"...), nil
	case ty == cty.String:
		return jsontext.AppendQuote(dst, v.AsString())
	case ty == cty.Number:
		if err := checkNumber(v); err != nil {
			return nil, err
		}
		return appendNumber(dst, v.AsBigFloat()), nil
	case ty == cty.Bool && v.True():
		return append(dst, "true"...), nil
	case ty == cty.Bool:
		return append(dst, "false"...), nil
	case ty.IsObjectType(), ty.IsMapType():
		return appendElements(dst, v, '{', '}')
	case ty.IsListType(), ty.IsTupleType(), ty.IsSetType():
		return appendElements(dst, v, '[', ']')
	}
	return nil, fmt.Errorf("a %s cannot be written as JSON", ty.FriendlyName())
}

func appendElements(dst []byte, v cty.Value, begin, end byte) ([]byte, error) {
	dst = append(dst, begin)
	first := true
	for it := v.ElementIterator(); it.Next(); first = false {
		if !first {
			dst = append(dst, ',')
		}
		name, element := it.Element()
		var err error
		if begin == '{' {
			if dst, err = jsontext.AppendQuote(dst, name.AsString()); err != nil {
				return nil, err
			}
			dst = append(dst, ':')
		}
		if dst, err = appendJSON(dst, element); err != nil {
			return nil, err
		}
	}
	return append(dst, end), nil
}
