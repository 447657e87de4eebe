package sql

import (
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
)

// mysqlMappings documents all types.
func mysqlMappings() []typeMapping {
	return []typeMapping{
		{"integers, `YEAR`, `BIT`", "a number", "a number, or a text that holds one"},
		{"`BOOLEAN`, which is `TINYINT(1)`", "1 or 0", "the same, or true and false"},
		{"`DECIMAL`, `FLOAT`, `DOUBLE`", "a number with all digits", "a number, or a text that holds one"},
		{"`DATETIME`, `TIMESTAMP`", "an RFC 3339 text in UTC: a `DATETIME` is read as UTC. Zero dates stay texts.", "`CAST(? AS DATETIME(6))` in the statement takes a time with any zone and stores it in UTC. A `?` alone takes a text without a zone; a time with one fails the action, also in a comparison."},
		{"`DATE`", "a text, `2026-03-14`", "the same. `CAST(? AS DATE)` also takes a time in UTC."},
		{"`TIME`", "a text, `15:04:05`; hours may be negative or above 24", "the same. `CAST(? AS TIME(6))` also takes a time in UTC."},
		{"`BINARY`, `VARBINARY`, `BLOB`, geometries", "base64", "`FROM_BASE64(?)` in the statement takes base64. A `?` alone stores the bytes of the text."},
		{"`JSON` of MySQL", "the value", "lists and objects. `jsonencode(value)` writes any value; a text must be JSON."},
		{"texts, `ENUM`, `SET`, `UUID`, `INET6`, `JSON` of MariaDB, which is a text", "a text", "the same text, also if it is a time; numbers, booleans, lists and objects as JSON"},
	}
}

// mysqlArgument converts the value of a placeholder. MySQL does not tell the
// type of a parameter, so a text is bound as it is, unless the statement
// declares the type.
func mysqlArgument(t *statement, i int, v any) (any, error) {
	if text, isText := v.(string); isText {
		switch t.shape.casts[i] {
		case "DATETIME":
			return withoutZone(text)
		case "DATE":
			return dateOfUTC()(text)
		case "TIME":
			return clockOfUTC()(text)
		}
	}
	return convertArgument(v, func(text string) any {
		if n, err := strconv.ParseUint(text, 10, 64); err == nil {
			return n
		}
		return text // the server converts it to the type of the column, so that no digit is lost
	})
}

// mysqlColumn returns the reader of a column by MySQL's types.
func mysqlColumn(t *sql.ColumnType) func(any) (any, error) {
	switch name := t.DatabaseTypeName(); name {
	case "DECIMAL":
		return decimalColumn
	case "JSON":
		return jsonColumn
	case "DATETIME", "TIMESTAMP":
		return utcColumn
	case "BIT":
		return bitColumn
	case "GEOMETRY", "BINARY", "VARBINARY":
		return bytesColumn
	default:
		if strings.HasSuffix(name, "BLOB") {
			return bytesColumn
		}
		return plainColumn
	}
}

// utcColumn reads a time without a zone as UTC. Zero dates, which are no times,
// stay texts.
func utcColumn(v any) (any, error) {
	text, err := plainColumn(v)
	if text, isText := text.(string); isText {
		return readPlainTime(text)
	}
	return text, err
}

// bitColumn reads up to 64 bits as a number.
func bitColumn(v any) (any, error) {
	b, ok := v.([]byte)
	if !ok || len(b) > 8 {
		return plainColumn(v)
	}
	var whole [8]byte
	copy(whole[8-len(b):], b)
	return json.Number(strconv.FormatUint(binary.BigEndian.Uint64(whole[:]), 10)), nil
}
