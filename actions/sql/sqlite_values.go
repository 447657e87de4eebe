package sql

import (
	"database/sql"
	"database/sql/driver"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// sqliteMappings documents all types.
func sqliteMappings() []typeMapping {
	return []typeMapping{
		{"integer", "a number; true or false for 1 and 0 in a column declared `BOOLEAN`", "a number; true and false are 1 and 0"},
		{"real", "a number; infinities as texts", "a number, which is stored as a text if a 64-bit float does not hold it exactly"},
		{"text", "a text; a list or an object in a column declared `JSON`", "the same text, also if it is a time; lists and objects as JSON"},
		{"text in a column declared `DATE`, `DATETIME` or `TIMESTAMP`", "a date, `2026-03-14`, or an RFC 3339 text in UTC; `+column` in the query gives the text as it is stored", "the text as it is. SQLite compares texts letter by letter, so write times in one form: `datetime(?)` takes a time with any zone and stores `2026-03-14 12:00:00` in UTC, `strftime('%Y-%m-%d %H:%M:%f', ?)` keeps milliseconds."},
		{"blob", "base64", "`from_base64(?)` in the statement takes base64. A `?` alone stores a text."},
	}
}

func sqliteArgument(_ *statement, _ int, v any) (any, error) { return convertArgument(v, exactFloat) }

// exactFloat passes a number as a 64-bit float if that is exact, and as text
// if not: SQLite has no exact decimals.
func exactFloat(text string) any {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	exact, ok := new(big.Rat).SetString(text)
	shortest, ok2 := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	if !ok || !ok2 || exact.Cmp(shortest) != 0 {
		return text
	}
	return f
}

// sqliteColumn returns the reader of a column. In SQLite each value has a type
// of its own.
func sqliteColumn(t *sql.ColumnType) func(any) (any, error) {
	kind := strings.ToUpper(t.DatabaseTypeName())
	isJSON := slices.Contains([]string{"JSON", "JSONB"}, kind)
	return func(v any) (any, error) {
		switch v := v.(type) {
		case []byte:
			return bytesColumn(v)
		case time.Time: // the driver parses texts in date columns
			if kind == "DATE" && v.Equal(v.Truncate(24*time.Hour)) {
				return dateColumn(v)
			}
		case int64:
			if kind == "BOOLEAN" && (v == 0 || v == 1) {
				return v == 1, nil
			}
		case string:
			if isJSON {
				return readJSONContainer(v)
			}
		}
		return plainColumn(v)
	}
}

// readJSONContainer reads lists and objects. A text that is something else is
// stored text and no JSON: it would come back in another form.
func readJSONContainer(text string) (any, error) {
	if first := strings.TrimLeft(text, " \t\r\n"); first != "" && (first[0] == '{' || first[0] == '[') {
		if v, err := jsonColumn(text); err == nil {
			return v, nil
		}
	}
	return plainColumn(text)
}

// fromBase64 is the function from_base64 of statements, which SQLite lacks.
func fromBase64(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	if args[0] == nil {
		return nil, nil
	}
	text, isText := args[0].(string)
	if !isText {
		return nil, errNotBase64
	}
	b, err := decodeBase64(text)
	if b == nil {
		b = []byte{}
	}
	return b, err
}
