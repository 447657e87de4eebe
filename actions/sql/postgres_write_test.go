package sql_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

// TestSQLPostgresWrites: values of a run are written for the type of their
// parameter, or the action fails and names the right form.
func TestSQLPostgresWrites(t *testing.T) {
	t.Parallel()
	const refused = "refused: "
	cases := []struct{ kind, placeholder, value, want string }{ // value and want are JSON
		{"jsonb", "?", `"{\"a\": 1}"`, `"{\"a\": 1}"`},
		{"jsonb", "?::text::jsonb", `"{\"a\": 1}"`, `{"a":1}`},
		{"json", "?", `[1, [2], null]`, `[1,[2],null]`},
		{"jsonb", "?", `true`, `true`},
		{"jsonb[]", "?", `[{"a": 1}, [2], "x", null]`, `[{"a":1},[2],"x",null]`},
		{"document", "?", `"x"`, `"x"`},
		{"bytea", "?", `"aGk="`, `"aGk="`},
		{"bytea", "?", `"\\x6869"`, `"aGk="`},
		{"bytea", "convert_to(?, 'UTF8')", `"hi"`, `"aGk="`},
		{"bytea", "?", `"hi!"`, refused + "base64encode"},
		{"bytea", "?", `7`, refused + "base64encode"},
		{"bytea[]", "?", `["aGk=", ""]`, `["aGk=",""]`},
		{"mood[]", "?", `["ok", "sad"]`, `["ok","sad"]`},
		{"mood", "?", `["ok"]`, refused + "the type mood"},
		{"mood", "?", `"angry"`, refused + "SQLSTATE 22P02"},
		{"int[]", "?", `[[1, 2], [3, 4]]`, `[[1,2],[3,4]]`},
		{"int[]", "?", `[[1], [2, 3]]`, refused + "SQLSTATE 22"},
		{"int[]", "?", `"{1,2}"`, `[1,2]`},
		{"int[]", "?", `1`, refused + "must be a list"},
		{"numeric[]", "?", `[123456789012345678901234567890.5]`, `[123456789012345678901234567890.5]`},
		{"text", "?", `[1, "a"]`, `"[1,\"a\"]"`},
		{"text", "?", `{"a": [1]}`, `"{\"a\":[1]}"`},
		{"text", "?", `1.50`, `"1.50"`},
		{"varchar(9)", "?", `true`, `"true"`},
		{"citext[]", "?", `["a,b", null]`, `["a,b",null]`},
		{"int", "?", `{"a": 1}`, refused + "the type int4"},
		{"int", "?", `"12"`, `12`},
		{"numeric", "?", `"NaN"`, `"NaN"`},
		{"boolean", "?", `"yes"`, `true`},
		{"timestamp[]", "?", `["2026-07-01T02:30:00+02:00", "infinity"]`, `["2026-07-01T00:30:00Z","infinity"]`},
		{"stamp", "?", `"2026-07-01T02:30:00+02:00"`, `"2026-07-01T00:30:00Z"`},
	}
	b := onDatabase(t, postgresDriver)
	for _, text := range []string{"CREATE TYPE mood AS ENUM ('sad', 'ok')", "CREATE DOMAIN document AS jsonb", "CREATE DOMAIN stamp AS timestamp", "CREATE EXTENSION citext"} {
		execSQL(b, postgresDriver, text, "", "{}")
	}
	for _, c := range cases {
		t.Run(c.kind+" "+c.placeholder+" "+c.value, func(t *testing.T) {
			b := *b
			b.T = t
			execSQL(&b, postgresDriver, "CREATE TABLE t (v "+c.kind+")", "", "{}")
			defer execSQL(&b, postgresDriver, "DROP TABLE t", "", "{}")
			insert, input := "INSERT INTO t VALUES ("+c.placeholder+")", `{"v": `+c.value+`}`
			if why, is := strings.CutPrefix(c.want, refused); is {
				if err := refuseSQL(&b, postgresDriver, "exec", insert, "[webhook.body.v]", input); err.Class != flow.Invalid || !strings.Contains(err.Message, why) {
					t.Errorf("got %s: %v", err.Class, err)
				}
				return
			}
			execSQL(&b, postgresDriver, insert, "[webhook.body.v]", input)
			if got := valuetest.EncodeJSON(t, queryRows(&b, postgresDriver, "SELECT v FROM t", "", "{}")[0].(map[string]any)["v"]); got != c.want {
				t.Errorf("it comes back as %s, want %s", got, c.want)
			}
		})
	}
}
