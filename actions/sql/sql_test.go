package sql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
)

func TestSQLTextsArriveUnharmed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		execSQL(b, driver, "CREATE TABLE notes (name VARCHAR(50) PRIMARY KEY, note TEXT)", "", "{}")
		for name, text := range actiontest.TrickyTexts() {
			input := valuetest.EncodeJSON(t, map[string]any{"name": name, "text": text})
			if out := execSQL(b, driver, "INSERT INTO notes VALUES (?, ?)", "[webhook.body.name, webhook.body.text]", input); out["affected"] != int64(1) {
				t.Errorf("%s: %v rows were inserted", name, out["affected"])
			}
			rows := queryRows(b, driver, "SELECT note FROM notes WHERE note = ? AND name = ?", "[webhook.body.text, webhook.body.name]", input)
			if len(rows) != 1 || rows[0].(map[string]any)["note"] != text {
				t.Errorf("%s: %q came back as %v", name, text, rows)
			}
		}
		if rows := queryRows(b, driver, "SELECT COUNT(*) AS n FROM notes", "", "{}"); rows[0].(map[string]any)["n"] != int64(len(actiontest.TrickyTexts())) {
			t.Errorf("the table holds %v rows", rows)
		}
	})
}

func TestSQLNUL(t *testing.T) {
	t.Parallel()
	const input = `{"text": "a\u0000b"}`
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		execSQL(b, driver, "CREATE TABLE notes (note TEXT)", "", "{}")
		if driver == postgresDriver {
			for args, text := range map[string]string{"[webhook.body.text]": "INSERT INTO notes VALUES (?)", "[[webhook.body.text]]": "INSERT INTO notes SELECT unnest(?::text[])"} {
				if err := refuseSQL(b, driver, "exec", text, args, input); err.Class != flow.Invalid || !strings.Contains(err.Message, "U+0000") {
					t.Errorf("%s: %v", args, err)
				}
			}
			return
		}
		execSQL(b, driver, "INSERT INTO notes VALUES (?)", "[webhook.body.text]", input)
		if rows := queryRows(b, driver, "SELECT note FROM notes", "", "{}"); rows[0].(map[string]any)["note"] != "a\x00b" {
			t.Errorf("it came back as %q", rows)
		}
	})
}

func TestSQLNumbersAreExact(t *testing.T) {
	t.Parallel()
	decimals := map[string]string{postgresDriver: "NUMERIC", mysqlDriver: "DECIMAL(60, 20)", sqliteDriver: "TEXT"}
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		execSQL(b, driver, "CREATE TABLE n (name VARCHAR(20), i BIGINT, d "+decimals[driver]+")", "", "{}")
		for _, number := range []string{"0", "-1", "9223372036854775807", "-9223372036854775808", "9007199254740993"} {
			execSQL(b, driver, "INSERT INTO n (name, i) VALUES ('i', ?)", "[webhook.body.n]", `{"n": `+number+`}`)
			rows := queryRows(b, driver, "SELECT i FROM n WHERE name = 'i' AND i = ?", "[webhook.body.n]", `{"n": `+number+`}`)
			if len(rows) != 1 || valuetest.EncodeJSON(t, rows[0].(map[string]any)["i"]) != number {
				t.Errorf("%s came back as %s", number, valuetest.EncodeJSON(t, rows))
			}
		}
		for _, number := range []string{"123456789012345678901234567890.12345678901234567", "0.1", "-12.5", "18446744073709551616"} {
			execSQL(b, driver, "DELETE FROM n", "", "{}")
			execSQL(b, driver, "INSERT INTO n (name, d) VALUES ('d', ?)", "[webhook.body.n]", `{"n": `+number+`}`)
			got := queryRows(b, driver, "SELECT d FROM n", "", "{}")[0].(map[string]any)["d"]
			if text, isText := got.(string); isText && driver == sqliteDriver {
				got = valuetest.DecodeJSON(t, text)
			}
			if !value.Equal(got, valuetest.DecodeJSON(t, number)) {
				t.Errorf("%s came back as %s", number, valuetest.EncodeJSON(t, got))
			}
		}
		// Numbers that HCL computed, and those with an exponent.
		execSQL(b, driver, "INSERT INTO n (name, i) VALUES ('sum', ?)", "[webhook.body.a * 2]", `{"a": 4611686018427387903}`)
		execSQL(b, driver, "INSERT INTO n (name, i) VALUES ('exponent', ?)", "[webhook.body.a]", `{"a": 1.5e3}`)
		rows := queryRows(b, driver, "SELECT i FROM n WHERE name <> 'd' ORDER BY i", "", "{}")
		if got := valuetest.EncodeJSON(t, rows); got != `[{"i":1500},{"i":9223372036854775806}]` {
			t.Errorf("got %s", got)
		}
	})
}

func TestSQLUnsignedNumbers(t *testing.T) {
	t.Parallel()
	b := onDatabase(t, mysqlDriver)
	execSQL(b, mysqlDriver, "CREATE TABLE n (u BIGINT UNSIGNED)", "", "{}")
	execSQL(b, mysqlDriver, "INSERT INTO n VALUES (?)", "[webhook.body.n]", `{"n": 18446744073709551615}`)
	if got := valuetest.EncodeJSON(t, queryRows(b, mysqlDriver, "SELECT u FROM n", "", "{}")); got != `[{"u":18446744073709551615}]` {
		t.Errorf("got %s", got)
	}
}

func TestSQLTypes(t *testing.T) {
	t.Parallel()
	cases := map[string][]struct{ expression, want string }{
		postgresDriver: {
			{"NULL::int", "null"},
			{"true", "true"},
			{"2::smallint", "2"},
			{"1.50::numeric", "1.50"},
			{"'NaN'::numeric", `"NaN"`},
			{"0.1::real", "0.1"},
			{"0.1::double precision", "0.1"},
			{"'Infinity'::double precision", `"Infinity"`},
			{"'a b '::char(4)", `"a b "`},
			{"'2026-03-14'::date", `"2026-03-14"`},
			{"'infinity'::timestamptz", `"infinity"`},
			{"'2026-03-14 12:00:00.25+02'::timestamptz", `"2026-03-14T10:00:00.25Z"`},
			{"'2026-03-14 12:00:00'::timestamp", `"2026-03-14T12:00:00Z"`},
			{"'10:30:00'::time", `"10:30:00"`},
			{`'\xff00'::bytea`, `"/wA="`},
			{"'{\"b\": [1, 1e2, 12345678901234567890]}'::jsonb", `{"b":[1,100,12345678901234567890]}`},
			{"'null'::json", "null"},
			{"'7c9e6679-7425-40de-944b-e07fc1f90ae7'::uuid", `"7c9e6679-7425-40de-944b-e07fc1f90ae7"`},
			{"ARRAY[1, NULL, 3]", "[1,null,3]"},
			{"'{}'::text[]", "[]"},
			{"ARRAY['a,b', 'c\"d', 'NULL', '']", `["a,b","c\"d","NULL",""]`},
			{"ARRAY[[1,2],[3,4]]", "[[1,2],[3,4]]"},
			{"ARRAY[true, false]", "[true,false]"},
			{"ARRAY['{\"a\":1}'::jsonb]", `[{"a":1}]`},
			{"ARRAY['2026-03-14 12:00:00+00'::timestamptz]", `["2026-03-14T12:00:00Z"]`},
			{"'1 day'::interval", `"1 day"`},
			{"9223372036854775807", "9223372036854775807"},
			{"'10.0.0.0/8'::cidr", `"10.0.0.0/8"`},
		},
		mysqlDriver: {
			{"NULL", "null"},
			{"1 = 1", "1"},
			{"CAST('1.50' AS DECIMAL(5,2))", "1.50"},
			{"0.1E0", "0.1"},
			{"CAST('2026-03-14' AS DATE)", `"2026-03-14"`},
			{"CAST('2026-03-14 12:00:00.25' AS DATETIME(2))", `"2026-03-14T12:00:00.25Z"`},
			{"CAST('10:30:00' AS TIME)", `"10:30:00"`},
			{"UNHEX('ff00')", `"/wA="`},
			{"b'101'", `"BQ=="`},
			{"_utf8mb4'Köln 🚀'", `"Köln 🚀"`},
			{"CAST(-5 AS SIGNED)", "-5"},
		},
		sqliteDriver: {
			{"NULL", "null"},
			{"1 = 1", "1"},
			{"0.1", "0.1"},
			{"x'ff00'", `"/wA="`},
			{"'2026-03-14 12:00:00'", `"2026-03-14 12:00:00"`},
			{"9e999", `"Infinity"`},
			{"'Köln 🚀'", `"Köln 🚀"`},
		},
	}
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		for _, c := range cases[driver] {
			if got := valuetest.EncodeJSON(t, queryRows(b, driver, "SELECT "+c.expression+" AS v", "", "{}")); got != `[{"v":`+c.want+`}]` {
				t.Errorf("%s: got %s, want %s", c.expression, got, c.want)
			}
		}
	})
}

func TestSQLColumnTypes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ table, values, want string }{
		mysqlDriver: {
			"f FLOAT, y YEAR, z DATETIME, bit8 BIT(9), e ENUM('a','b'), bl BLOB, vb VARBINARY(5), ts TIMESTAMP",
			"(0.1, 2026, 0, b'100000001', 'b', 'hi', 'hi', '2026-03-14 12:00:00')",
			`[{"bit8":257,"bl":"aGk=","e":"b","f":0.1,"ts":"2026-03-14T12:00:00Z","vb":"aGk=","y":2026,"z":null}]`,
		},
		sqliteDriver: {
			"b BOOLEAN, d DATE, ts TIMESTAMP, j JSON, any, odd DATE",
			"(1, '2026-03-14', '2026-03-14 12:00:00', '{\"a\": [1]}', 'x', 'someday')",
			`[{"any":"x","b":true,"d":"2026-03-14","j":{"a":[1]},"odd":"someday","ts":"2026-03-14T12:00:00Z"}]`,
		},
		postgresDriver: {
			"f real, b bytea, j json", "(0.1, 'hi', '{\"a\": [1]}')", `[{"b":"aGk=","f":0.1,"j":{"a":[1]}}]`,
		},
	}
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		c := cases[driver]
		if driver == mysqlDriver {
			c.values = strings.Replace(c.values, "2026, 0,", "2026, NULL,", 1)
		}
		execSQL(b, driver, "CREATE TABLE t ("+c.table+")", "", "{}")
		execSQL(b, driver, "INSERT INTO t VALUES "+c.values, "", "{}")
		if got := valuetest.EncodeJSON(t, queryRows(b, driver, "SELECT * FROM t", "", "{}")); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	})
}

func TestSQLListsAndObjects(t *testing.T) {
	t.Parallel()
	const input = `{"ids": [3, 1], "words": ["a,b", null, "c\"d", "'; DROP"], "o": {"ü": [1, 12345678901234567890, null]}, "none": [], "yes": true}`
	const object = `{"ü":[1,12345678901234567890,null]}`
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		if driver != postgresDriver {
			kind := map[string]string{mysqlDriver: "LONGTEXT", sqliteDriver: "JSON"}[driver]
			execSQL(b, driver, "CREATE TABLE t (o "+kind+", l "+kind+", b BOOLEAN)", "", "{}")
			execSQL(b, driver, "INSERT INTO t VALUES (?, ?, ?)", "[webhook.body.o, webhook.body.ids, webhook.body.yes]", input)
			want := map[string]string{
				mysqlDriver:  fmt.Sprintf(`[{"b":1,"l":"[3,1]","o":%s}]`, valuetest.EncodeJSON(t, object)),
				sqliteDriver: fmt.Sprintf(`[{"b":true,"l":[3,1],"o":%s}]`, object),
			}[driver]
			if got := valuetest.EncodeJSON(t, queryRows(b, driver, "SELECT * FROM t", "", "{}")); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			return
		}
		execSQL(b, driver, "CREATE TABLE t (o jsonb, l int[], w text[], lj jsonb, b boolean)", "", "{}")
		execSQL(b, driver, "INSERT INTO t VALUES (?, ?, ?, ?, ?)", "[webhook.body.o, webhook.body.ids, webhook.body.words, webhook.body.words, webhook.body.yes]", input)
		want := `[{"b":true,"l":[3,1],"lj":["a,b",null,"c\"d","'; DROP"],"o":` + object + `,"w":["a,b",null,"c\"d","'; DROP"]}]`
		if got := valuetest.EncodeJSON(t, queryRows(b, driver, "SELECT * FROM t", "", "{}")); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		rows := queryRows(b, driver, "SELECT n FROM generate_series(1, 5) AS n WHERE n = ANY(?) ORDER BY n", "[webhook.body.ids]", input)
		if got := valuetest.EncodeJSON(t, rows); got != `[{"n":1},{"n":3}]` {
			t.Errorf("ANY gives %s", got)
		}
		if rows := queryRows(b, driver, "SELECT 1 AS n WHERE 1 = ANY(?)", "[webhook.body.none]", input); len(rows) != 0 {
			t.Errorf("an empty list gives %v", rows)
		}
	})
}
