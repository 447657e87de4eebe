package funcs

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

// The library's functions decide about errors and results that are not known. A
// result that holds a text in an encoded form is formatted again, because they
// measured that form.

func formatFunc() function.Function {
	return reformat(stdlib.FormatFunc, func(result cty.Value, args []cty.Value) (cty.Value, error) {
		if !result.IsKnown() || !ctytext.IsEncoded(result.AsString()) {
			return result, nil
		}
		text, err := formatText(ctytext.String(args[0]), args[1:])
		return ctytext.Value(text), err
	})
}

func formatListFunc() function.Function {
	return reformat(stdlib.FormatListFunc, func(result cty.Value, args []cty.Value) (cty.Value, error) {
		if !result.IsKnown() || result.LengthInt() == 0 {
			return result, nil
		}
		lists := make([][]cty.Value, len(args)-1)
		for i, arg := range args[1:] {
			if isSequence(arg) {
				lists[i] = arg.AsValueSlice()
			}
		}
		out := result.AsValueSlice()
		for row, element := range out {
			if !element.IsKnown() || !ctytext.IsEncoded(element.AsString()) {
				continue
			}
			text, err := formatText(ctytext.String(args[0]), rowOf(row, args[1:], lists))
			if err != nil {
				return cty.NilVal, err
			}
			out[row] = ctytext.Value(text)
		}
		return cty.ListVal(out), nil
	})
}

// rowOf returns the arguments of one row: an element of each list, and the arguments
// that are no lists.
func rowOf(row int, args []cty.Value, lists [][]cty.Value) []cty.Value {
	out := make([]cty.Value, len(args))
	for i, arg := range args {
		out[i] = arg
		if lists[i] != nil {
			out[i] = lists[i][row]
		}
	}
	return out
}

// reformat makes a function that passes the result of another one on to finish.
func reformat(f function.Function, finish func(result cty.Value, args []cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params:       f.Params(),
		VarParam:     f.VarParam(),
		Type:         f.ReturnTypeForValues,
		RefineResult: notNull,
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			result, err := f.Call(args)
			if err != nil {
				return cty.NilVal, err
			}
			return finish(result, args)
		},
	})
}

// formatText formats values that the library accepts for the format.
func formatText(format string, args []cty.Value) (string, error) {
	var out strings.Builder
	s := formatScanner{text: format}
	for next := 0; ; {
		start := s.at
		found := s.skipTo('%')
		out.WriteString(format[start:s.at])
		if !found {
			return out.String(), nil
		}
		s.at++
		if s.acceptAny("%") {
			out.WriteByte('%')
			continue
		}
		v, ok := s.readVerb(next)
		if !ok || v.arg >= len(args) {
			return out.String(), nil // the library refuses such a format
		}
		next = v.arg + 1
		text, err := v.write(args[v.arg])
		if err != nil {
			return "", err
		}
		out.WriteString(text)
	}
}

// write formats one value. The library writes it without a width, except for a number.
func (v verb) write(arg cty.Value) (string, error) {
	single := v.single
	isText := strings.IndexByte("sqv", v.mode) >= 0
	if isText {
		single = "%" + string(v.mode)
		if v.mode == 'v' && strings.Contains(v.flags, "#") {
			single = "%#v"
		}
	}
	if v.precision > 0 && (v.mode == 's' || v.mode == 'q') {
		text, err := convert.Convert(arg, cty.String)
		if err != nil {
			return "", err
		}
		cut, _ := firstCharacters(ctytext.String(text), v.precision)
		arg = ctytext.Value(cut)
	}
	result, err := stdlib.Format(cty.StringVal(single), arg)
	if err != nil {
		return "", err
	}
	if text := ctytext.String(result); isText {
		return padText(text, v), nil
	}
	return ctytext.String(result), nil
}
