package funcs

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Nonsensitive is the name of the function that makes a value known in the record.
const Nonsensitive = "nonsensitive"

func redactionFuncs() []entry {
	return []entry{
		newEntry(Nonsensitive+"(value)", "Returns a sensitive value as one that logs and the history may show, such as the last digits of a number. The text of a secret stays hidden.",
			NonsensitiveFunction(func(cty.Value) error { return nil }), `nonsensitive("4242")`, `"4242"`),
	}
}

// NonsensitiveFunction returns the function nonsensitive. It passes each known
// value to reveal.
func NonsensitiveFunction(reveal func(cty.Value) error) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType,
			AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true,
		}},
		Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v, _ := args[0].UnmarkDeep()
			if !v.IsWhollyKnown() {
				return v, nil
			}
			return v, reveal(v)
		},
	})
}
