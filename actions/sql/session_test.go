package sql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

// namedSQL writes an action with one statement on a connection.
func namedSQL(name, connection, driver, what, text, args string) string {
	action := actiontest.Action("sql", strings.Replace(sqlBody(driver, what, text, args), "connection.sql.db", "connection.sql."+connection, 1))
	return strings.Replace(action, "example", name, 1)
}

// rowsOf returns the rows of an action as JSON.
func rowsOf(t *testing.T, res *actiontest.Result, action string) string {
	t.Helper()
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	return valuetest.EncodeJSON(t, res.Outputs[action].(map[string]any)["rows"])
}

// TestSQLSessionsAreClean: the state that a run leaves in its session is gone
// when another one gets the connection.
func TestSQLSessionsAreClean(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, driver, leave, look, want string }{
		{"setting", postgresDriver, "SELECT set_config('my.tenant', 'one', false) AS v", "SELECT coalesce(current_setting('my.tenant', true), '') AS v", `[{"v":""}]`},
		{"time zone", postgresDriver, "SELECT set_config('TimeZone', 'Asia/Tokyo', false) AS v", "SELECT current_setting('TimeZone') <> 'Asia/Tokyo' AS v", `[{"v":true}]`},
		{"role", postgresDriver, "SELECT set_config('role', 'pg_monitor', false) AS v", "SELECT current_user = session_user AS v", `[{"v":true}]`},
		{"advisory lock", postgresDriver, "SELECT pg_advisory_lock(7) AS v", "SELECT COUNT(*) AS v FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", `[{"v":0}]`},
		{"temporary table", postgresDriver, "CREATE TEMP TABLE mine (a int)", "SELECT to_regclass('mine') IS NULL AS v", `[{"v":true}]`},
		{"prepared statement", postgresDriver, "PREPARE mine AS SELECT 1", "SELECT COUNT(*) AS v FROM pg_prepared_statements WHERE name = 'mine'", `[{"v":0}]`},
		{"cursor", postgresDriver, "DECLARE mine CURSOR WITH HOLD FOR SELECT 1", "SELECT COUNT(*) AS v FROM pg_cursors WHERE name = 'mine'", `[{"v":0}]`},
		{"variable", mysqlDriver, "SELECT @mine := 5 AS v", "SELECT @mine IS NULL AS v", `[{"v":1}]`},
		{"variable of a query", mysqlDriver, "SELECT 5 INTO @mine", "SELECT @mine IS NULL AS v", `[{"v":1}]`},
		{"lock", mysqlDriver, "SELECT GET_LOCK(CONCAT('mine', DATABASE()), 0) AS v", "SELECT IS_FREE_LOCK(CONCAT('mine', DATABASE())) AS v", `[{"v":1}]`},
		{"temporary table", mysqlDriver, "CREATE TEMPORARY TABLE mine (a INT)", "SHOW TABLES LIKE 'mine'", `[]`},
		{"temporary table", sqliteDriver, "CREATE TEMP TABLE mine (a INT)", "SELECT COUNT(*) AS v FROM temp.sqlite_schema", `[{"v":0}]`},
	}
	for _, c := range cases {
		t.Run(c.driver+" "+c.name, func(t *testing.T) {
			t.Parallel()
			b := onDatabase(t, c.driver)
			b.Connections["sql.db"] += "\nmax_connections = 1"
			what := "exec"
			if strings.HasPrefix(c.leave, "SELECT") && !strings.Contains(c.leave, "INTO") {
				what = "query"
			}
			res := b.Run(t.Context(), b.MustCompile(namedSQL("leave", "db", c.driver, what, c.leave, "")+namedSQL("look", "db", c.driver, "query", c.look, "")), "{}")
			if got := rowsOf(t, res, "look"); got != c.want {
				t.Errorf("another action sees %s, want %s", got, c.want)
			}
		})
	}
}

// TestSQLPreparedStatementsAreGone: MySQL lists the prepared statements of a
// session nowhere, but refuses to execute one that it does not know.
func TestSQLPreparedStatementsAreGone(t *testing.T) {
	t.Parallel()
	b := onDatabase(t, mysqlDriver)
	b.Connections["sql.db"] += "\nmax_connections = 1"
	prepare := namedSQL("leave", "db", mysqlDriver, "exec", "PREPARE mine FROM 'DO 1'", "")
	execute := namedSQL("look", "db", mysqlDriver, "exec", "EXECUTE mine", "")
	res := b.Run(t.Context(), b.MustCompile(prepare+execute), "{}")
	if res.Err == nil || res.Err.Action != "look" || !strings.Contains(res.Err.Message, "1243") {
		t.Errorf("another action executes the statement: %v", res.Err)
	}
}

// TestSQLConnectionsAreReused: a run without state leaves its connection to the
// next.
func TestSQLConnectionsAreReused(t *testing.T) {
	t.Parallel()
	for driver, id := range map[string]string{postgresDriver: "pg_backend_pid()", mysqlDriver: "CONNECTION_ID()"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			b := onDatabase(t, driver)
			b.Connections["sql.db"] += "\nmax_connections = 1"
			look := "SELECT " + id + " AS v"
			res := b.Run(t.Context(), b.MustCompile(namedSQL("one", "db", driver, "query", look, "")+namedSQL("two", "db", driver, "query", look, "")), "{}")
			if one, two := rowsOf(t, res, "one"), rowsOf(t, res, "two"); one != two {
				t.Errorf("the connections are %s and %s", one, two)
			}
		})
	}
}

// TestSQLDeadConnection: a connection that died in the pool costs no run, and
// its statement runs once.
func TestSQLDeadConnection(t *testing.T) {
	t.Parallel()
	engines := map[string]struct{ id, end string }{
		postgresDriver: {"pg_backend_pid()", "SELECT pg_terminate_backend(?::int, 10000) AS v"},
		mysqlDriver:    {"CONNECTION_ID()", "KILL ?"},
	}
	for driver, e := range engines {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			b := onDatabase(t, driver)
			b.Connections["sql.other"] = b.Connections["sql.db"] + "\nmax_connections = 1"
			execSQL(b, driver, "CREATE TABLE t (n INT)", "", "{}")
			f := b.MustCompile(namedSQL("first", "db", driver, "query", "SELECT "+e.id+" AS id", "") +
				namedSQL("end", "other", driver, "exec", e.end, "[action.first.rows[0].id]") +
				namedSQL("second", "db", driver, "exec", "INSERT INTO t VALUES (1)", "") +
				namedSQL("third", "db", driver, "query", "SELECT COUNT(*) AS n, "+e.id+" AS id FROM t", ""))
			res := b.Run(t.Context(), f, "{}")
			if got := rowsOf(t, res, "third"); !strings.Contains(got, `"n":1`) {
				t.Errorf("the table holds %s", got)
			}
			if first := res.Outputs["first"].(map[string]any)["rows"].([]any)[0].(map[string]any)["id"]; strings.Contains(rowsOf(t, res, "third"), fmt.Sprintf(`"id":%v,`, first)) {
				t.Error("the connection did not end")
			}
		})
	}
}

// TestSQLStandby: a server that has become read-only is a temporary failure,
// and the next attempt has a new connection, which leads to the new primary.
func TestSQLStandby(t *testing.T) {
	t.Parallel()
	b := onDatabase(t, postgresDriver)
	b.Connections["sql.db"] += "\nmax_connections = 1"
	execSQL(b, postgresDriver, "CREATE TABLE t (n int)", "", "{}")
	const alter = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$"
	execSQL(b, postgresDriver, alter, "", "{}")
	insert := namedSQL("insert", "db", postgresDriver, "exec", "INSERT INTO t VALUES (1)", "")
	res := b.Run(t.Context(), b.MustCompile(insert), "{}")
	if e := res.Err; e == nil || e.Class != flow.Transient || e.Reason != flow.ReasonConnect || !strings.Contains(e.Message, "takes no writes now") || !strings.Contains(e.Message, "25006") {
		t.Fatalf("got %+v", res.Err)
	}
	b.Connections["sql.admin"] = strings.Replace(b.Connections["sql.db"], "max_connections = 1", "max_connections = 2", 1)
	promote := fmt.Sprintf("action \"sql\" \"promote\" {\nconnection = connection.sql.admin\nstatement { exec = \"SET LOCAL transaction_read_only = off\" }\nstatement { exec = %q }\n}\n",
		strings.Replace(alter, "SET default_transaction_read_only = on", "RESET default_transaction_read_only", 1))
	body := strings.Replace(insert, "connection =", "on_error = \"continue\"\nconnection =", 1) + promote + strings.Replace(insert, `"insert"`, `"again"`, 1) +
		namedSQL("look", "db", postgresDriver, "query", "SELECT COUNT(*) AS n FROM t", "")
	if got := rowsOf(t, b.Run(t.Context(), b.MustCompile(body), "{}"), "look"); got != `[{"n":1}]` {
		t.Errorf("the table holds %s", got)
	}
}

// TestSQLMessagesHoldNoValues: neither values of the run nor of the database
// are in a message.
func TestSQLMessagesHoldNoValues(t *testing.T) {
	t.Parallel()
	const input = `{"v": "top-secret-value"}`
	cases := []struct {
		driver, name string
		setup        []string
		what, text   string
		holds        string
	}{
		{postgresDriver, "a name in a value", nil, "query", "SELECT ?::regclass::text AS v", "SQLSTATE 42"},
		{postgresDriver, "a statement of values", []string{"CREATE FUNCTION f(v text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'SELECT \"' || v || '\"'; END $$"}, "exec", "SELECT f(?)", "42703"},
		{postgresDriver, "a function that raises", []string{"CREATE FUNCTION f(v text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = v, MESSAGE = v; END $$"}, "exec", "SELECT f(?)", "23514"},
		{postgresDriver, "the fixed text", nil, "query", "SELECT wrong FROM (SELECT ?::text) AS t", `column "wrong" does not exist`},
		{mysqlDriver, "a procedure", []string{"CREATE PROCEDURE p(v TEXT) EXECUTE IMMEDIATE CONCAT('SELECT `', v, '`')"}, "exec", "CALL p(?)", "1054"},
		{mysqlDriver, "the fixed text", nil, "query", "SELECT wrong FROM (SELECT ? AS a) AS t", "wrong"},
		{sqliteDriver, "full-text search", []string{"CREATE VIRTUAL TABLE s USING fts5(a)"}, "query", "SELECT a FROM s WHERE s MATCH '\"' || ? || '\" AND NEAR('", "code 1"},
		{sqliteDriver, "a column in a search", []string{"CREATE VIRTUAL TABLE s USING fts5(a)"}, "query", "SELECT a FROM s WHERE s MATCH replace(?, '-', '') || ':x'", "code 1"},
		{sqliteDriver, "a path", nil, "query", "SELECT json_extract('{}', ?) AS v", "code 1"},
		{sqliteDriver, "the fixed text", nil, "query", "SELECT wrong FROM (SELECT ?) AS t", "no such column: wrong"},
		{sqliteDriver, "the fixed syntax", nil, "query", "SELECT ? FROM FROM", `near "FROM"`},
	}
	for _, c := range cases {
		t.Run(c.driver+" "+c.name, func(t *testing.T) {
			t.Parallel()
			b := onDatabase(t, c.driver)
			for _, text := range c.setup {
				execSQL(b, c.driver, text, "", "{}")
			}
			err := refuseSQL(b, c.driver, c.what, c.text, "[webhook.body.v]", input)
			if shown := fmt.Sprintf("%+v %v", *err, err.Err); strings.Contains(shown, "top") || !strings.Contains(err.Message, c.holds) {
				t.Errorf("got %s, want %q in it", shown, c.holds)
			}
		})
	}
}
