package funcs

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Unescaped is the name of the function whose argument is not escaped.
const Unescaped = "unescaped"

// OnlyJoins tells whether a function only puts its arguments together, so that
// escaping these is as good as escaping what it returns, and lets what the file
// says among them stay as it is.
func OnlyJoins(name string) bool {
	switch name {
	case "join", "concat", "flatten", "coalesce", "try", "format", "indent", "trimspace", "chomp":
		return true
	}
	return false
}

func escapeFuncs() []entry {
	return []entry{
		def(Unescaped+"(value)", "Returns the value, and keeps it as it is in attributes that escape the values of a run, such as the text of a Slack message: for markup that a flow has made itself, such as by jq, and never for what callers send. Anywhere else it changes nothing. Terraform has no such function.",
			unescaped(), `unescaped("<b>")`, `"<b>"`),
	}
}

func unescaped() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true}},
		Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
		Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0], nil },
	})
}
