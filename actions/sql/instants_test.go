package sql_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

// TestSQLNightlySyncInSummer: the query of the example finds each customer that
// changed in the last 24 hours, in a database whose sessions are in a zone with
// daylight saving time.
func TestSQLNightlySyncInSummer(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../../examples/flows/nightly-sync/nightly_sync.hcl")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`query += "(.*)"\n\s*args += \[(.*)\]`).FindSubmatch(file)
	if found == nil {
		t.Fatal("the example has no query")
	}
	query, args := string(found[1]), strings.ReplaceAll(string(found[2]), "schedule.time", "webhook.body.time")
	for _, kind := range []string{"timestamp", "timestamptz"} {
		for _, tick := range []string{"2026-07-02T02:30:00+02:00", "2026-07-02T00:30:00Z", "2026-03-29T03:30:00+02:00", "2026-10-25T02:30:00+01:00"} {
			t.Run(kind+" "+tick, func(t *testing.T) {
				t.Parallel()
				b := onDatabase(t, postgresDriver)
				execSQL(b, postgresDriver, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'Europe/Berlin'); END $$", "", "{}")
				execSQL(b, postgresDriver, "CREATE TABLE customers (email text, first_name text, city text, changed_at "+kind+")", "", "{}")
				input := fmt.Sprintf(`{"time": %q}`, tick)
				for i, offset := range []string{"-24h0m1s", "-24h", "-23h", "-22h", "-1h", "0s"} {
					execSQL(b, postgresDriver, "INSERT INTO customers VALUES (?, 'a', 'b', ?)", fmt.Sprintf("[%q, timeadd(webhook.body.time, %q)]", fmt.Sprint(i), offset), input)
				}
				rows := b.MustSucceed("sql", fmt.Sprintf("connection = connection.sql.db\nquery = %q\nargs = [%s]", query, args), input)["rows"].([]any)
				var emails []string
				for _, r := range rows {
					emails = append(emails, r.(map[string]any)["email"].(string))
				}
				if got := strings.Join(emails, " "); got != "1 2 3 4 5" {
					t.Errorf("it finds %q", got)
				}
			})
		}
	}
}

// TestSQLInstantsByKind: one instant is the same in each kind of column, or the
// action fails and names the right form. A text stays as it is.
func TestSQLInstantsByKind(t *testing.T) {
	t.Parallel()
	const summer, utc = "2026-07-01T02:30:00+02:00", "2026-07-01T00:30:00Z"
	cases := []struct{ driver, kind, placeholder, value, want string }{
		{postgresDriver, "timestamp", "?", summer, utc},
		{postgresDriver, "timestamptz", "?", summer, utc},
		{postgresDriver, "timestamp", "?::timestamptz AT TIME ZONE 'Europe/Berlin'", summer, "2026-07-01T02:30:00Z"},
		{postgresDriver, "text", "?", summer, summer},
		{postgresDriver, "jsonb", "?", summer, summer},
		{postgresDriver, "date", "?", utc, "2026-07-01"},
		{postgresDriver, "date", "?", summer, `refused: formatdate("YYYY-MM-DD", time)`},
		{postgresDriver, "time", "?", summer, "refused: time of day"},
		{postgresDriver, "timestamp", "?", "2026-07-01 02:30 CEST", "refused: 2026-03-14T12:00:00+02:00"},
		{mysqlDriver, "DATETIME", "CAST(? AS DATETIME(6))", summer, utc},
		{mysqlDriver, "TIMESTAMP", "CAST(? AS DATETIME(6))", summer, utc},
		{mysqlDriver, "DATE", "CAST(? AS DATE)", utc, "2026-07-01"},
		{mysqlDriver, "DATE", "CAST(? AS DATE)", summer, "refused: date without a time zone"},
		{mysqlDriver, "DATETIME", "?", summer, "refused: CAST(? AS DATETIME(6))"},
		{mysqlDriver, "TIMESTAMP", "?", utc, "refused: CAST(? AS DATETIME(6))"},
		{mysqlDriver, "DATETIME", "?", "2026-07-01 00:30:00", utc},
		{mysqlDriver, "VARCHAR(40)", "?", summer, summer},
		{sqliteDriver, "TEXT", "?", summer, summer},
		{sqliteDriver, "DATETIME", "datetime(?)", summer, utc},
	}
	for _, c := range cases {
		t.Run(c.driver+" "+c.kind+" "+c.placeholder, func(t *testing.T) {
			t.Parallel()
			b := onDatabase(t, c.driver)
			execSQL(b, c.driver, "CREATE TABLE t (v "+c.kind+")", "", "{}")
			input := valuetest.EncodeJSON(t, map[string]any{"v": c.value})
			insert := "INSERT INTO t VALUES (" + c.placeholder + ")"
			if cure, refused := strings.CutPrefix(c.want, "refused: "); refused {
				err := refuseSQL(b, c.driver, "exec", insert, "[webhook.body.v]", input)
				if err.Class != flow.Invalid || !strings.Contains(err.Message, cure) || strings.Contains(err.Message, c.value) {
					t.Errorf("got %s: %v", err.Class, err)
				}
				return
			}
			execSQL(b, c.driver, insert, "[webhook.body.v]", input)
			if got := queryRows(b, c.driver, "SELECT v FROM t", "", "{}")[0].(map[string]any)["v"]; got != c.want {
				t.Errorf("it comes back as %v, want %s", got, c.want)
			}
		})
	}
}

// TestSQLMySQLComparesInstants: MySQL cuts the zone of a text in a comparison
// and in tables without the strict mode, and only warns of it.
func TestSQLMySQLComparesInstants(t *testing.T) {
	t.Parallel()
	b := onDatabase(t, mysqlDriver)
	execSQL(b, mysqlDriver, "CREATE TABLE t (at DATETIME, note VARCHAR(40))", "", "{}")
	execSQL(b, mysqlDriver, "INSERT INTO t VALUES ('2026-07-01 00:30:00', ?)", `["2026-07-01T02:30:00+02:00"]`, "{}")
	for _, text := range []string{"SELECT at FROM t WHERE at >= ?", "SELECT at FROM t WHERE at BETWEEN ? AND NOW()"} {
		if err := refuseSQL(b, mysqlDriver, "query", text, `["2026-07-01T02:30:00+02:00"]`, "{}"); err.Class != flow.Invalid || !strings.Contains(err.Message, "CAST(? AS DATETIME(6))") {
			t.Errorf("%s: %+v", text, err)
		}
	}
	if err := refuseSQL(b, mysqlDriver, "exec", "INSERT IGNORE INTO t VALUES (?, '')", `["2026-07-01T02:30:00+02:00"]`, "{}"); err.Class != flow.Invalid {
		t.Errorf("got %+v", err)
	}
	for _, text := range []string{"SELECT note FROM t WHERE at = CAST(? AS DATETIME(6))", "SELECT note FROM t WHERE note = ?"} {
		if rows := queryRows(b, mysqlDriver, text, `["2026-07-01T02:30:00+02:00"]`, "{}"); len(rows) != 1 {
			t.Errorf("%s finds %v", text, rows)
		}
	}
}
