package funcs

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/webhook-gateway/gateway/internal/ctytext"
)

func csvDecodeFunc() function.Function {
	return function.New(&function.Spec{
		Params:       []function.Parameter{{Type: cty.String}},
		RefineResult: notNull,
		Type: func(args []cty.Value) (cty.Type, error) {
			text, ok := knownText(args[0])
			if !ok {
				return cty.DynamicPseudoType, nil
			}
			names, err := readColumnNames(newCSVReader(text))
			return cty.List(cty.Object(columnTypes(names))), err
		},
		Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
			r := newCSVReader(ctytext.String(args[0]))
			names, err := readColumnNames(r)
			if err != nil {
				return cty.NilVal, err
			}
			rows, err := readRows(r, names)
			return newSequence(result, rows), err
		},
	})
}

func newCSVReader(text string) *csv.Reader {
	return csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
}

// readColumnNames reads the first line, whose names become those of the attributes.
func readColumnNames(r *csv.Reader) ([]string, error) {
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("missing header line")
	}
	if err != nil {
		return nil, explainCSV(err)
	}
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		if seen[name] {
			return nil, fmt.Errorf("duplicate column name %q", name)
		}
		seen[name] = true
		names[i] = ctytext.Encode(name)
	}
	return names, nil
}

func columnTypes(names []string) map[string]cty.Type {
	out := make(map[string]cty.Type, len(names))
	for _, name := range names {
		out[name] = cty.String
	}
	return out
}

func readRows(r *csv.Reader, names []string) ([]cty.Value, error) {
	var rows []cty.Value
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, explainCSV(err)
		}
		row := make(map[string]cty.Value, len(names))
		for i, field := range fields {
			row[names[i]] = ctytext.Value(field)
		}
		rows = append(rows, cty.ObjectVal(row))
	}
}

func explainCSV(err error) error {
	if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
		return fmt.Errorf("CSV parse error on line %d: %w", parse.Line, parse.Err)
	}
	return err
}

func checkCSV(args []cty.Value) error {
	text, _ := knownText(args[0])
	return checkElementCount(strings.Count(text, "\n") + strings.Count(text, ","))
}
