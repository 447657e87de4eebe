package funcs

import (
	"errors"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// argCheck refuses arguments whose result would be too large. It gets the
// arguments without marks; any of them may be unknown or null. Its errors are
// shown unchanged, so they must not quote an argument.
type argCheck func(args []cty.Value) error

// wrapFunction wraps a function so that the three rules of the package hold for
// it. The parameters get the names of the signature, because messages name them.
//
// The result type is dynamic: HCL does not need it, and a function that derives
// it from values (jsondecode, regex) would do its work twice.
func wrapFunction(f Func, c argCheck) function.Function {
	names := paramNames(f.Params)
	params := f.Impl.Params()
	for i := range params {
		params[i] = openParameter(params[i], names[i])
	}
	spec := &function.Spec{
		Description: f.Doc,
		Params:      params,
		Type:        function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return callChecked(f.Impl, c, args)
		},
	}
	if v := f.Impl.VarParam(); v != nil {
		name := "arguments"
		if rest := len(names) - len(params); rest <= 1 {
			name = names[len(names)-1]
		}
		opened := openParameter(*v, name)
		spec.VarParam = &opened
	}
	return function.New(spec)
}

// openParameter makes a parameter accept every value. callChecked converts it with
// Convert, and the wrapped function checks it. A parameter that takes an
// expression instead of a value stays unchanged.
func openParameter(p function.Parameter, name string) function.Parameter {
	p.Name = name
	if !p.Type.IsCapsuleType() {
		p.Type = cty.DynamicPseudoType
	}
	p.AllowNull, p.AllowUnknown, p.AllowDynamicType, p.AllowMarked = true, true, true, true
	return p
}

func callChecked(f function.Function, c argCheck, args []cty.Value) (_ cty.Value, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = redactError(f, args, function.PanicError{Value: fault})
		}
	}()
	if args, err = convertArgs(f, args); err != nil {
		return cty.NilVal, err
	}
	if err := checkArgs(c, args); err != nil {
		return cty.NilVal, err
	}
	result, err := f.Call(args)
	if err != nil {
		return cty.NilVal, redactError(f, args, err)
	}
	if err := checkResult(result); err != nil {
		return cty.NilVal, err
	}
	result = ctytext.Canonical(result)
	if !result.IsKnown() {
		// If cty skipped the function, its handling of marks was skipped too.
		_, marks := unmarkAll(args)
		result = result.WithMarks(marks)
	}
	return result, nil
}

// unmarkAll returns the arguments without marks, at any depth, and all marks.
func unmarkAll(args []cty.Value) ([]cty.Value, cty.ValueMarks) {
	plain := args
	var marks cty.ValueMarks
	for i, arg := range args {
		if !arg.ContainsMarked() {
			continue
		}
		if marks == nil {
			plain = append([]cty.Value(nil), args...)
		}
		value, found := arg.UnmarkDeep()
		plain[i] = value
		marks = cty.NewValueMarks(marks, found)
	}
	return plain, marks
}

func checkArgs(c argCheck, args []cty.Value) error {
	for i, arg := range args {
		if err := checkNumber(arg); err != nil {
			return function.NewArgError(i, err)
		}
	}
	if c == nil {
		return nil
	}
	plain, _ := unmarkAll(args)
	return c(plain)
}

func checkResult(result cty.Value) error {
	result, _ = result.Unmark()
	if text, ok := knownText(result); ok {
		return checkTextSize(len(text))
	}
	return checkNumber(result)
}

// redactError returns an error that may be shown. Messages quote values, so the
// call is repeated with unknown values in place of marked arguments. Only an
// error of this second call is shown.
func redactError(f function.Function, args []cty.Value, err error) error {
	plain, marks := unmarkAll(args)
	if len(marks) == 0 {
		return hideStack(err)
	}
	redacted := make([]cty.Value, len(plain))
	for i, arg := range plain {
		redacted[i] = arg
		if args[i].ContainsMarked() && !arg.IsNull() {
			redacted[i] = cty.UnknownVal(arg.Type())
		}
	}
	if _, typeErr := f.Call(redacted); typeErr != nil {
		return hideStack(typeErr)
	}
	cause := errors.New("the error is not shown because an argument is sensitive")
	var arg function.ArgError
	if errors.As(err, &arg) {
		return function.NewArgError(arg.Index, cause)
	}
	return cause
}

// hideStack removes the stack of a panic, which does not help the author of the
// flow.
func hideStack(err error) error {
	var panicked function.PanicError
	if errors.As(err, &panicked) {
		return fmt.Errorf("the function panicked with these arguments: %v", panicked.Value)
	}
	return err
}
