package funcs

import (
	"errors"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// check refuses arguments whose result would be too large. It sees them
// without marks; any of them may be unknown or null. Its errors are shown as
// they are, so they must not quote an argument.
type argCheck func(args []cty.Value) error

// guard wraps a function so that the three rules of the package hold for it,
// whoever wrote it. The parameters get the names of the signature, because
// messages name them.
//
// The result type is left open: HCL does not ask for it, and a function that
// derives it from values (jsondecode, regex) would do its work twice.
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

// open lets every value through to the wrapped function, which has its own
// idea of what it takes. The conversion to the type of the parameter is ours,
// see Convert; only what gets an expression and not its value is left as it is.
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
	if !result.IsKnown() {
		// The function may have been skipped, and its own handling of marks
		// with it.
		_, marks := unmarkAll(args)
		result = result.WithMarks(marks)
	}
	return result, nil
}

// unmark returns the arguments without marks, at any depth, and all marks.
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

// discreet returns an error that may be shown. Messages quote values; so the
// call is made again with nothing known of marked arguments but their type and
// whether they are null, and only what is wrong even then is told.
func redactError(f function.Function, args []cty.Value, err error) error {
	plain, marks := unmarkAll(args)
	if len(marks) == 0 {
		return hideStack(err)
	}
	veiled := make([]cty.Value, len(plain))
	for i, arg := range plain {
		veiled[i] = arg
		if args[i].ContainsMarked() && !arg.IsNull() {
			veiled[i] = cty.UnknownVal(arg.Type())
		}
	}
	if _, typeErr := f.Call(veiled); typeErr != nil {
		return hideStack(typeErr)
	}
	cause := errors.New("an argument is sensitive, so what is wrong with it is not shown")
	var arg function.ArgError
	if errors.As(err, &arg) {
		return function.NewArgError(arg.Index, cause)
	}
	return cause
}

// short leaves out the stack of a panic, which is no use to who wrote the flow.
func hideStack(err error) error {
	var panicked function.PanicError
	if errors.As(err, &panicked) {
		return fmt.Errorf("these arguments make the function fail in a way it should not: %v", panicked.Value)
	}
	return err
}
