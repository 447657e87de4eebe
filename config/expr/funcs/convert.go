package funcs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/customdecode"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func convertFuncs() []entry {
	return []entry{
		newEntry("tobool(value)", "Returns the value as a bool. The value is true, false or the text of one of these.",
			stdlib.MakeToFunc(cty.Bool), `tobool("true")`, `true`),
		newEntry("tonumber(value)", "Returns the value as a number. A text must be a decimal number of at most 1000 digits.",
			stdlib.MakeToFunc(cty.Number), `tonumber("12.50")`, `12.5`).withCheck(checkToNumber),
		newEntry("tostring(value)", "Returns a number, bool or text as a text. Use jsonencode for lists and objects.",
			stdlib.MakeToFunc(cty.String), `tostring(12.50)`, `"12.5"`),
		newEntry("tolist(value)", "Returns the elements as a list, converted to one type.",
			toCollection(cty.List(cty.DynamicPseudoType)), `tolist(["a", 1])`, `["a", "1"]`).withCheck(checkNumbersInside),
		newEntry("tomap(value)", "Returns the elements as a map, converted to one type.",
			toCollection(cty.Map(cty.DynamicPseudoType)), `tomap({ a = "x", b = 1 })`, `{ a = "x", b = "1" }`).withCheck(checkNumbersInside),
		newEntry("toset(value)", "Returns the elements as a set, converted to one type. A set has no order and contains each element once.",
			toCollection(cty.Set(cty.DynamicPseudoType)), `toset(["b", "a", "b"])`, `["a", "b"]`).withCheck(checkNumbersInside),
		newEntry("try(expressions...)", "Returns the value of the first expression that has no error.",
			tryFunc(), `try({ a = 1 }.b, "none")`, `"none"`),
		newEntry("can(expression)", "Returns whether the expression has no error.",
			canFunc(), `can(tonumber("twelve"))`, `false`),
	}
}

// toCollection converts large values itself and leaves small and unknown ones to
// the library.
func toCollection(want cty.Type) function.Function {
	small := stdlib.MakeToFunc(want)
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Type:      cty.DynamicPseudoType,
			AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true,
		}},
		Type: function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if plain, _ := args[0].Unmark(); !isCollection(plain) || isSmall(plain, want) {
				return small.Call(args)
			}
			out, err := Convert(args[0], want)
			if err != nil {
				return cty.NilVal, function.NewArgErrorf(0, "cannot convert it to %s: %w", want.FriendlyNameForConstraint(), err)
			}
			return out, nil
		},
	})
}

func checkToNumber(args []cty.Value) error {
	text, ok := knownText(args[0])
	if !ok {
		return nil
	}
	if err := checkDecimalText(text); err != nil {
		return function.NewArgError(0, err)
	}
	return nil
}

func checkNumbersInside(args []cty.Value) error {
	if err := checkNumbers(args[0]); err != nil {
		return function.NewArgError(0, err)
	}
	return nil
}

// tryFunc evaluates each expression once. The function of the same name in hcl
// evaluates it for the type and again for the value, which doubles the work with
// every try inside a try.
func tryFunc() function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Type: customdecode.ExpressionClosureType},
		Type:     function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			var failed hcl.Diagnostics
			for _, arg := range args {
				value, diags := customdecode.ExpressionClosureFromVal(arg).Value()
				if !diags.HasErrors() {
					return settleUnknown(value), nil
				}
				failed = append(failed, diags...)
			}
			return cty.NilVal, newTryError(failed)
		},
	})
}

// settleUnknown returns the value, or an unknown value if part of it is unknown:
// once that part is known, the expression may fail and try may choose another.
func settleUnknown(value cty.Value) cty.Value {
	if value.IsWhollyKnown() {
		return value
	}
	_, marks := value.UnmarkDeep()
	return cty.DynamicVal.WithMarks(marks)
}

func newTryError(diags hcl.Diagnostics) error {
	if len(diags) == 0 {
		return errors.New("at least one expression is required")
	}
	var out strings.Builder
	out.WriteString("every expression has an error; add a last one that always has a value, such as null")
	for _, diag := range diags {
		fmt.Fprintf(&out, "\n- %s: %s", diag.Summary, diag.Detail)
	}
	return errors.New(out.String())
}

func canFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Type: customdecode.ExpressionClosureType}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			value, diags := customdecode.ExpressionClosureFromVal(args[0]).Value()
			switch {
			case diags.HasErrors():
				return cty.False, nil
			case !value.IsWhollyKnown():
				return cty.UnknownVal(cty.Bool), nil
			}
			return cty.True, nil
		},
	})
}
