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
		newEntry("tobool(value)", "Returns the value as a bool: true and false, or the texts of these.",
			stdlib.MakeToFunc(cty.Bool), `tobool("true")`, `true`),
		newEntry("tonumber(value)", "Returns the value as a number. A text must be a decimal number of at most 1000 digits.",
			stdlib.MakeToFunc(cty.Number), `tonumber("12.50")`, `12.5`).withCheck(checkToNumber),
		newEntry("tostring(value)", "Returns a number, bool or text as a text. For lists and objects there is jsonencode.",
			stdlib.MakeToFunc(cty.String), `tostring(12.50)`, `"12.5"`),
		newEntry("tolist(value)", "Returns a list of the elements, converted to one type.",
			toCollection(cty.List(cty.DynamicPseudoType)), `tolist(["a", 1])`, `["a", "1"]`).withCheck(checkNumbersInside),
		newEntry("tomap(value)", "Returns a map of the elements, converted to one type.",
			toCollection(cty.Map(cty.DynamicPseudoType)), `tomap({ a = "x", b = 1 })`, `{ a = "x", b = "1" }`).withCheck(checkNumbersInside),
		newEntry("toset(value)", "Returns the set of the elements, converted to one type: without order, each once.",
			toCollection(cty.Set(cty.DynamicPseudoType)), `toset(["b", "a", "b"])`, `["a", "b"]`).withCheck(checkNumbersInside),
		newEntry("try(expressions...)", "Returns the first expression that can be evaluated without an error.",
			tryFunc(), `try({ a = 1 }.b, "none")`, `"none"`),
		newEntry("can(expression)", "Says whether the expression can be evaluated without an error.",
			canFunc(), `can(tonumber("twelve"))`, `false`),
	}
}

// toCollection leaves to the library what is small or not known yet.
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

// try evaluates each expression once. The function of the same name in hcl
// does so for the type and again for the value, which doubles with every try
// inside a try.
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

// settled returns the value, or one of which nothing is known if part of it is
// unknown: once that part is known, the expression may fail after all and
// another take its place.
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
	out.WriteString("no expression could be evaluated, and a last one that always can is missing, such as null")
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
