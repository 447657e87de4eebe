package sql

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/internal/value"
)

// postgresCodec reads and writes the values of types.
type postgresCodec struct {
	typeMapping
	names []string // of the types in pg_catalog
	read  func(text string) (any, error)
	write func(v any) (string, error)
}

// postgresCodecs lists the types with a form of their own.
func postgresCodecs() []postgresCodec {
	return []postgresCodec{
		{typeMapping{"`boolean`", "true or false", "the same, or a text that PostgreSQL reads"}, []string{"bool"}, readBool, formatArgument},
		{
			typeMapping{"`smallint`, `integer`, `bigint`, `oid`", "a number", "a number, or a text that holds one"},
			[]string{"int2", "int4", "int8", "oid", "xid", "cid", "xid8"},
			readInteger, formatArgument,
		},
		{
			typeMapping{"`numeric`, `real`, `double precision`", "a number with all digits; `NaN` and infinities as texts", "a number, or a text that holds one"},
			[]string{"numeric"},
			readDecimal, formatArgument,
		},
		{typeMapping{}, []string{"float4"}, readFloat(32), formatArgument},
		{typeMapping{}, []string{"float8"}, readFloat(64), formatArgument},
		{
			typeMapping{"`timestamp with time zone`", "an RFC 3339 text in UTC", "a time with any zone; a text without one is in the zone of the database's session"},
			[]string{"timestamptz"},
			readInstant, formatArgument,
		},
		{
			typeMapping{"`timestamp`", "an RFC 3339 text in UTC: the column is read as UTC", "a time with any zone, which is stored in UTC; a text without one is stored as it is"},
			[]string{"timestamp"},
			readPlainTime, writeText(withoutZone),
		},
		{typeMapping{"`date`", "a text, `2026-03-14`", "the same, or a time in UTC, of which the date is stored; a time with another offset is refused"}, []string{"date"}, readText, writeText(dateOfUTC())},
		{typeMapping{"`time`", "a text, `15:04:05`", "the same, or a time in UTC, of which the time of day is stored; a time with another offset is refused"}, []string{"time"}, readText, writeText(clockOfUTC())},
		{typeMapping{"`bytea`", "base64", "base64, or a text such as `\\x0aff`. `convert_to($1, 'UTF8')` stores the bytes of a text."}, []string{"bytea"}, readBytes, writeBytes},
		{typeMapping{"`json`, `jsonb`", "the value; null for the JSON null", "any value; a text becomes a JSON string. `$1::text::jsonb` parses a text."}, []string{"json", "jsonb"}, func(text string) (any, error) { return jsonColumn(text) }, writeJSON},
	}
}

// postgresMappings documents all types.
func postgresMappings() []typeMapping {
	var out []typeMapping
	for _, c := range postgresCodecs() {
		if c.types != "" {
			out = append(out, c.typeMapping)
		}
	}
	return append(out,
		typeMapping{"arrays", "a list, with a list for each further dimension; bounds are not kept", "a list, or a text such as `{1,2}`. The elements follow the row of their type."},
		typeMapping{"domains", "as the type below", "as the type below"},
		typeMapping{"`text`, `varchar`, `char`, `citext` and others of texts", "a text", "a text; numbers, booleans, lists and objects as JSON"},
		typeMapping{"all others: enums, composite types, ranges, `interval`, `uuid`, `inet`, `bit`, `money`, `xml`, `point`, `hstore`, …", "the text that PostgreSQL writes", "the same text"},
	)
}

// codecOf returns the codec of a type, nil if it has none of its own.
func codecOf(t *postgresType) *postgresCodec {
	if !t.builtin {
		return nil // a type of the user may have any name
	}
	codecs := postgresCodecs()
	if i := slices.IndexFunc(codecs, func(c postgresCodec) bool { return slices.Contains(c.names, t.name) }); i >= 0 {
		return &codecs[i]
	}
	return nil
}

// read converts the text of a column.
func (t *postgresType) read(text string) (any, error) {
	switch {
	case t.array:
		return t.readArray(text)
	case t.below != nil:
		return t.below.read(text)
	case t.codec != nil:
		return t.codec.read(text)
	}
	return readText(text)
}

// write converts a value to the text of a parameter. The value is not null.
func (t *postgresType) write(v any) (string, error) {
	if t.below != nil && !t.array {
		return t.below.write(v)
	}
	list, isList := v.([]any)
	_, isText := v.(string)
	switch {
	case t.array && isList:
		return t.writeArray(list)
	case t.array && !isText:
		return "", errors.New("the parameter is an array, so the value must be a list")
	case t.holdsJSON():
		return t.codec.write(v)
	case !t.text && (isList || value.TypeName(v) == "object"):
		return "", fmt.Errorf("the parameter has the type %s, so the value can't be a list or an object", t.name)
	case t.codec != nil:
		return t.codec.write(v)
	}
	return formatArgument(v)
}

// holdsJSON reports whether any value can be one of the type.
func (t *postgresType) holdsJSON() bool { return t.builtin && (t.name == "json" || t.name == "jsonb") }

// takesList reports whether a list is one value of the type.
func (t *postgresType) takesList() bool {
	if t.below != nil && !t.array {
		return t.below.takesList()
	}
	return t.array || t.holdsJSON()
}

func readText(text string) (any, error) { return strings.ToValidUTF8(text, "\ufffd"), nil }

func readBool(text string) (any, error) { return text == "t", nil }

func readInteger(text string) (any, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	return readDecimal(text)
}

func readDecimal(text string) (any, error) {
	if n, ok := parseNumber(text); ok {
		return n, nil
	}
	return text, nil // NaN or an infinity
}

func readFloat(bits int) func(text string) (any, error) {
	return func(text string) (any, error) {
		f, err := strconv.ParseFloat(text, bits)
		if err != nil && !math.IsInf(f, 0) {
			return nil, errUnreadable
		}
		return floatValue(f, bits), nil
	}
}

// parseNumber returns a text as a number, and false if it is not a number of
// JSON.
func parseNumber(text string) (json.Number, bool) {
	if text == "" || strings.Trim(text, "+-.eE0123456789") != "" || !json.Valid([]byte(text)) {
		return "", false
	}
	return json.Number(text), true
}

// readInstant reads a time with a zone. Times that RFC 3339 can't write, such
// as infinity and years before Christ, stay texts.
func readInstant(text string) (any, error) {
	for _, zone := range []string{"-07", "-07:00", "-07:00:00"} {
		if t, err := time.Parse(plainTime+zone, text); err == nil {
			return timeColumn(t), nil
		}
	}
	return text, nil
}

func readPlainTime(text string) (any, error) {
	if t, err := time.Parse(plainTime, text); err == nil {
		return timeColumn(t), nil
	}
	return text, nil
}

func readBytes(text string) (any, error) {
	b, err := hex.DecodeString(strings.TrimPrefix(text, `\x`))
	if err != nil {
		return nil, errUnreadable
	}
	return base64.StdEncoding.EncodeToString(b), nil
}

// writeText writes texts by a rule, and other values as JSON.
func writeText(rule func(text string) (string, error)) func(v any) (string, error) {
	return func(v any) (string, error) {
		if text, isText := v.(string); isText {
			return rule(text)
		}
		return formatArgument(v)
	}
}

var errNotBase64 = errors.New("it is for bytes, and is not base64; base64encode(…) makes base64 of a text, or convert_to(…, 'UTF8') in the statement takes the text")

func writeBytes(v any) (string, error) {
	text, isText := v.(string)
	switch {
	case !isText:
		return "", errNotBase64
	case strings.HasPrefix(text, `\x`):
		return text, nil
	}
	b, err := decodeBase64(text)
	return `\x` + hex.EncodeToString(b), err
}

func writeJSON(v any) (string, error) {
	out, err := value.Append(nil, v)
	return string(out), err
}

// errNUL is the error of a text that PostgreSQL cannot store.
var errNUL = errors.New("it holds the character U+0000, which PostgreSQL keeps in no text; replace(value, \"\\u0000\", \"\") takes it out")
