package sql

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// errNUL is why PostgreSQL refuses a text.
var errNUL = errors.New("it holds the character U+0000, which PostgreSQL keeps in no text; replace(value, \"\\u0000\", \"\") takes it out")

// postgresList is a list on its way into a parameter, which may be an array or
// JSON.
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

// Dimensions says that there is one dimension.
func (l *postgresList) Dimensions() []pgtype.ArrayDimension {
	return []pgtype.ArrayDimension{{Length: int32(len(l.elements)), LowerBound: 1}} //nolint:gosec // lists of a run are far shorter
}

// Index returns an element.
func (l *postgresList) Index(i int) any { return l.elements[i] }

// IndexType is the type of the elements.
func (l *postgresList) IndexType() any { return "" }

// MarshalJSON returns the list for parameters of the types json and jsonb.
func (l *postgresList) MarshalJSON() ([]byte, error) { return []byte(l.json), nil }

// textArrays are the types of arrays whose elements are sent as text, as the
// elements of a list are: the server reads each as what it is.
func textArrays() []string {
	return []string{
		"_bool", "_bpchar", "_cidr", "_date", "_float4", "_float8", "_inet", "_int2", "_int4", "_int8", "_interval", "_json", "_jsonb",
		"_name", "_numeric", "_text", "_time", "_timestamp", "_timestamptz", "_uuid", "_varchar",
	}
}

// textArray is a type of arrays that is sent as text.
type textArray struct{ *pgtype.ArrayCodec }

// PreferredFormat says so.
func (textArray) PreferredFormat() int16 { return pgtype.TextFormatCode }

// sendArraysAsText makes a new connection do so.
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
