package sql

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// postgresColumn returns the reader of a column by PostgreSQL's types. Other
// types are read as the text that PostgreSQL writes.
func postgresColumn(t *sql.ColumnType) func(any) (any, error) {
	name := strings.ToLower(t.DatabaseTypeName())
	if element, isArray := strings.CutPrefix(name, "_"); isArray {
		if read := postgresArray(name, element); read != nil {
			return read
		}
	}
	return postgresScalar(name)
}

func postgresScalar(name string) func(any) (any, error) {
	switch name {
	case "numeric":
		return decimalColumn
	case "float4":
		return float32Column
	case "json", "jsonb":
		return jsonColumn
	case "date":
		return dateColumn
	case "bytea":
		return bytesColumn
	}
	return plainColumn
}

// postgresArray returns the reader of an array, nil for other types. Each
// column needs a type map of its own, because reading changes it.
func postgresArray(name, element string) func(any) (any, error) {
	types := pgtype.NewMap()
	array, ok := types.TypeForName(name)
	if !ok {
		return nil
	}
	read := postgresElement(element)
	return func(v any) (any, error) {
		text, ok := v.(string)
		if !ok {
			return plainColumn(v)
		}
		var flat pgtype.Array[*string]
		if err := types.Scan(array.OID, pgtype.TextFormatCode, []byte(text), &flat); err != nil {
			return nil, errUnreadable
		}
		out, rest := make([]any, 0, len(flat.Elements)), flat.Elements
		if len(flat.Dims) == 0 {
			return out, nil
		}
		return nestElements(flat.Dims, &rest, read)
	}
}

// nestElements builds nested lists, one level for each dimension.
func nestElements(dims []pgtype.ArrayDimension, rest *[]*string, read func(string) (any, error)) (any, error) {
	out := make([]any, dims[0].Length)
	for i := range out {
		var err error
		if len(dims) > 1 {
			out[i], err = nestElements(dims[1:], rest, read)
		} else {
			if e := (*rest)[0]; e != nil {
				out[i], err = read(*e)
			}
			*rest = (*rest)[1:]
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// postgresElement reads the text of an array's element.
func postgresElement(name string) func(string) (any, error) {
	switch name {
	case "int2", "int4", "int8", "numeric", "float4", "float8":
		return func(text string) (any, error) { return decimalColumn(text) }
	case "bool":
		return func(text string) (any, error) { return text == "t" || text == "true", nil }
	case "json", "jsonb":
		return func(text string) (any, error) { return jsonColumn(text) }
	case "timestamptz":
		return func(text string) (any, error) {
			for _, layout := range []string{"2006-01-02 15:04:05.999999999-07", "2006-01-02 15:04:05.999999999-07:00"} {
				if at, err := time.Parse(layout, text); err == nil {
					return timeColumn(at), nil
				}
			}
			return text, nil
		}
	}
	return func(text string) (any, error) { return text, nil }
}

// parseNumber returns a text as a number, and false if it is not a number of
// JSON.
func parseNumber(text string) (json.Number, bool) {
	if text == "" || strings.Trim(text, "+-.eE0123456789") != "" || !json.Valid([]byte(text)) {
		return "", false
	}
	return json.Number(text), true
}

// errNUL is the error of a text that PostgreSQL cannot store.
var errNUL = errors.New("it holds the character U+0000, which PostgreSQL keeps in no text; replace(value, \"\\u0000\", \"\") takes it out")

// postgresList is a list for a parameter, which may be an array or JSON.
type postgresList struct {
	elements []any // each a string or nil
	json     string
}

func newPostgresList(list []any) (*postgresList, error) {
	l := &postgresList{elements: make([]any, len(list))}
	for i, e := range list {
		if e == nil {
			continue
		}
		text, err := formatArgument(e)
		if err != nil {
			return nil, err
		}
		if strings.ContainsRune(text, 0) {
			return nil, errNUL
		}
		l.elements[i] = text
	}
	var err error
	l.json, err = formatArgument(list)
	return l, err
}

// Dimensions returns the single dimension.
func (l *postgresList) Dimensions() []pgtype.ArrayDimension {
	return []pgtype.ArrayDimension{{Length: int32(len(l.elements)), LowerBound: 1}} //nolint:gosec // lists of a run are far shorter
}

// Index returns an element.
func (l *postgresList) Index(i int) any { return l.elements[i] }

// IndexType is the type of the elements.
func (l *postgresList) IndexType() any { return "" }

// MarshalJSON returns the list for parameters of the types json and jsonb.
func (l *postgresList) MarshalJSON() ([]byte, error) { return []byte(l.json), nil }

// textArrays lists the array types whose elements are sent as text: the server
// converts each element to its type.
func textArrays() []string {
	return []string{
		"_bool", "_bpchar", "_cidr", "_date", "_float4", "_float8", "_inet", "_int2", "_int4", "_int8", "_interval", "_json", "_jsonb",
		"_name", "_numeric", "_text", "_time", "_timestamp", "_timestamptz", "_uuid", "_varchar",
	}
}

// textArray is a type of arrays that is sent as text.
type textArray struct{ *pgtype.ArrayCodec }

// PreferredFormat returns the text format.
func (textArray) PreferredFormat() int16 { return pgtype.TextFormatCode }

// sendArraysAsText registers these types in a new connection.
func sendArraysAsText(_ context.Context, c *pgx.Conn) error {
	types := c.TypeMap()
	for _, name := range textArrays() {
		known, ok := types.TypeForName(name)
		if !ok {
			continue
		}
		if codec, ok := known.Codec.(*pgtype.ArrayCodec); ok {
			types.RegisterType(&pgtype.Type{Name: known.Name, OID: known.OID, Codec: textArray{codec}})
		}
	}
	return nil
}
