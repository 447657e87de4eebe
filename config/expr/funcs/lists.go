package funcs

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

func transposeFunc() function.Function {
	result := cty.Map(cty.List(cty.String))
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Type: result}},
		Type:         function.StaticReturnType(result),
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(result), nil
			}
			turned := make(map[string][]cty.Value)
			for it := args[0].ElementIterator(); it.Next(); {
				key, list := it.Element()
				if list.IsNull() {
					return cty.NilVal, function.NewArgErrorf(0, "the list under %q is null", ctytext.String(key))
				}
				for _, element := range list.AsValueSlice() {
					if element.IsNull() {
						return cty.NilVal, function.NewArgErrorf(0, "the list under %q contains a null", ctytext.String(key))
					}
					text := element.AsString()
					turned[text] = append(turned[text], key)
				}
			}
			return newMapOfLists(turned), nil
		},
	})
}

func newMapOfLists(lists map[string][]cty.Value) cty.Value {
	if len(lists) == 0 {
		return cty.MapValEmpty(cty.List(cty.String))
	}
	result := make(map[string]cty.Value, len(lists))
	for key, list := range lists {
		result[key] = cty.ListVal(list)
	}
	return cty.MapVal(result)
}
