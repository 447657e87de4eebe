package funcs

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

const maxDepth = 64 // levels of lists and objects

func jsonDecodeFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Type: cty.String}},
		Type:   function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			value, err := decodeJSON(strings.TrimPrefix(ctytext.String(args[0]), "\ufeff"))
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return value, nil
		},
	})
}

func decodeJSON(text string) (cty.Value, error) {
	// The option accepts escapes of half a surrogate pair, which become U+FFFD, but
	// also bytes that are not UTF-8, so it is set for valid text alone.
	r := jsonReader{dec: jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowInvalidUTF8(utf8.ValidString(text)))}
	value, err := r.readValue(0)
	if err != nil {
		return cty.NilVal, describeJSONError(err)
	}
	if _, err := r.dec.ReadToken(); err == nil {
		return cty.NilVal, errors.New("not JSON: a second value follows the first")
	} else if !errors.Is(err, io.EOF) {
		return cty.NilVal, describeJSONError(err)
	}
	return value, nil
}

type jsonReader struct {
	dec    *jsontext.Decoder
	values int
}

// readValue reads the next value, which is inside depth lists and objects.
func (r *jsonReader) readValue(depth int) (cty.Value, error) {
	if r.values++; r.values > MaxElements {
		return cty.NilVal, fmt.Errorf("it has more than %d values; use fromjson in a jq program for more", MaxElements)
	}
	token, err := r.dec.ReadToken()
	if err != nil {
		return cty.NilVal, err
	}
	switch token.Kind() {
	case 'n':
		return cty.NullVal(cty.DynamicPseudoType), nil
	case 't', 'f':
		return cty.BoolVal(token.Bool()), nil
	case '"':
		return ctytext.Value(token.String()), nil
	case '0':
		return parseJSONNumber(token.String())
	}
	if depth == maxDepth {
		return cty.NilVal, fmt.Errorf("lists and objects are nested more than %d deep", maxDepth)
	}
	if token.Kind() == '{' {
		return r.readObject(depth + 1)
	}
	return r.readList(depth + 1)
}

func parseJSONNumber(text string) (cty.Value, error) {
	if err := checkDecimalText(text); err != nil {
		return cty.NilVal, err
	}
	number, err := cty.ParseNumberVal(text)
	if err != nil {
		return cty.NilVal, err
	}
	return number, checkNumber(number)
}

func (r *jsonReader) readList(depth int) (cty.Value, error) {
	var elements []cty.Value
	for r.dec.PeekKind() != ']' {
		element, err := r.readValue(depth)
		if err != nil {
			return cty.NilVal, err
		}
		elements = append(elements, element)
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return cty.NilVal, err
	}
	return cty.TupleVal(elements), nil
}

func (r *jsonReader) readObject(depth int) (cty.Value, error) {
	members := make(map[string]cty.Value)
	for r.dec.PeekKind() != '}' {
		token, err := r.dec.ReadToken()
		if err != nil {
			return cty.NilVal, err
		}
		name := ctytext.Encode(token.String())
		if members[name], err = r.readValue(depth); err != nil {
			return cty.NilVal, err
		}
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return cty.NilVal, err
	}
	return cty.ObjectVal(members), nil
}

// describeJSONError adds the place to an error of the decoder.
func describeJSONError(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("not JSON: the text ends before the end of the value")
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at byte %d: %w", syntax.ByteOffset, syntax.Err)
	}
	return err
}
