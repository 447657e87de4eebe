package sql_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

func TestSQLTransaction(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		execSQL(b, driver, "CREATE TABLE t (n INT PRIMARY KEY)", "", "{}")
		body := "connection = connection.sql.db\n"
		for _, n := range []int{1, 2, 1} {
			body += fmt.Sprintf("statement {\nexec = %q\nargs = [%d]\n}\n", statement(driver, "INSERT INTO t VALUES (?)"), n)
		}
		err := b.MustFail("sql", body, "{}")
		if err.Class != flow.Permanent || !strings.HasPrefix(err.Message, "statement 3: ") || !strings.Contains(err.Message, "constraint") {
			t.Errorf("got %v (%s)", err, err.Class)
		}
		if rows := queryRows(b, driver, "SELECT n FROM t", "", "{}"); len(rows) != 0 {
			t.Errorf("what failed left %v", rows)
		}
		out := b.MustSucceed("sql", strings.Replace(body, "[1]", "[3]", 1), "{}")
		if out["affected"] != int64(3) || len(out["results"].([]any)) != 3 {
			t.Errorf("got %v", out)
		}
	})
}

func TestSQLReturning(t *testing.T) {
	t.Parallel()
	ids := map[string]string{postgresDriver: "SERIAL PRIMARY KEY", mysqlDriver: "INT PRIMARY KEY AUTO_INCREMENT", sqliteDriver: "INTEGER PRIMARY KEY"}
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		execSQL(b, driver, "CREATE TABLE t (id "+ids[driver]+", v VARCHAR(10))", "", "{}")
		out := execSQL(b, driver, "INSERT INTO t (v) VALUES (?), (?) RETURNING id, v", `["a", "b"]`, "{}")
		if got := valuetest.EncodeJSON(t, out); got != `{"affected":2,"last_insert_id":null,"results":[],"rows":[{"id":1,"v":"a"},{"id":2,"v":"b"}]}` {
			t.Errorf("got %s", got)
		}
		out = execSQL(b, driver, "INSERT INTO t (v) VALUES (?)", `["c"]`, "{}")
		if want := map[string]any{postgresDriver: nil, mysqlDriver: int64(3), sqliteDriver: int64(3)}[driver]; out["last_insert_id"] != want {
			t.Errorf("the last id is %v, want %v", out["last_insert_id"], want)
		}
		if out = execSQL(b, driver, "UPDATE t SET v = 'c'", "", "{}"); out["affected"] != int64(3) || out["last_insert_id"] != nil {
			t.Errorf("an update gives %v", out)
		}
	})
}

func TestSQLQueryDoesNotWrite(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		execSQL(b, driver, "CREATE TABLE t (n INT)", "", "{}")
		for _, text := range []string{"INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1) RETURNING n", "DROP TABLE t"} {
			if driver == mysqlDriver && strings.HasPrefix(text, "DROP") {
				continue // MySQL ends the transaction for it
			}
			if err := refuseSQL(b, driver, "query", text, "", "{}"); err.Class != flow.Permanent || !strings.Contains(err.Message, "exec") {
				t.Errorf("%s: %v", text, err)
			}
		}
		if out := execSQL(b, driver, "INSERT INTO t VALUES (1)", "", "{}"); out["affected"] != int64(1) {
			t.Errorf("writing after reading gives %v", out)
		}
		if rows := queryRows(b, driver, "SELECT n FROM t", "", "{}"); len(rows) != 1 {
			t.Errorf("the table holds %v", rows)
		}
	})
}

func TestSQLLimits(t *testing.T) {
	t.Parallel()
	const series = "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 500) SELECT n, 'some text' AS v FROM s"
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		for limit, fits := range map[string]bool{"max_rows = 500": true, "max_rows = 499": false, `max_bytes = "2KiB"`: false} {
			f := b.MustCompile(actiontest.Action("sql", sqlBody(driver, "query", series, "")+limit))
			res := b.Run(t.Context(), f, "{}")
			if fits != (res.Err == nil) || !fits && (res.Err.Class != flow.Permanent || !strings.Contains(res.Err.Message, "LIMIT")) {
				t.Errorf("%s: %v", limit, res.Err)
			}
		}
		if err := refuseSQL(b, driver, "query", "SELECT 1 AS a, 2 AS a", "", "{}"); !strings.Contains(err.Message, `"a"`) {
			t.Errorf("columns of one name: %v", err)
		}
	})
}

// TestSQLConstraints: messages name codes and constraints, and never a value.
func TestSQLConstraints(t *testing.T) {
	t.Parallel()
	const input = `{"v": "top-secret-value", "long": "top-secret-value-that-is-too-long-for-it"}`
	codes := map[string]string{postgresDriver: "SQLSTATE 23505", mysqlDriver: "error 1062", sqliteDriver: "code 1555"}
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		execSQL(b, driver, "CREATE TABLE t (v VARCHAR(20) PRIMARY KEY, n INT CHECK (n > 0))", "", "{}")
		execSQL(b, driver, "INSERT INTO t VALUES (?, 1)", "[webhook.body.v]", input)
		cases := []struct {
			text, args string
			class      flow.Class
		}{
			{"INSERT INTO t VALUES (?, 1)", "[webhook.body.v]", flow.Permanent},
			{"INSERT INTO t VALUES (?, -1)", `["top-secret"]`, flow.Permanent},
			{"SELECT * FROM missing WHERE v = ?", "[webhook.body.v]", flow.Permanent},
		}
		if driver != sqliteDriver { // which takes any value in any column
			cases = append(cases,
				struct {
					text, args string
					class      flow.Class
				}{"INSERT INTO t VALUES (?, ?)", `["x", webhook.body.v]`, flow.Invalid},
				struct {
					text, args string
					class      flow.Class
				}{"INSERT INTO t VALUES (?, 1)", "[webhook.body.long]", flow.Invalid})
		}
		for i, c := range cases {
			err := refuseSQL(b, driver, "exec", c.text, c.args, input)
			if err.Class != c.class || strings.Contains(fmt.Sprintf("%v %+v %v", err, *err, err.Err), "top-secret") {
				t.Errorf("%s: %s %+v", c.text, err.Class, *err)
			}
			if i == 0 && !strings.Contains(err.Message, codes[driver]) {
				t.Errorf("%q does not hold %q", err.Message, codes[driver])
			}
			if strings.Contains(c.text, "missing") && !strings.Contains(err.Message, "missing") {
				t.Errorf("%q does not name the table", err.Message)
			}
		}
	})
}

// TestSQLDeadlock: two transactions that wait for each other both come through
// with retry, as one of them fails for a reason that passes.
func TestSQLDeadlock(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{postgresDriver, mysqlDriver} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			b := onDatabase(t, driver)
			execSQL(b, driver, "CREATE TABLE t (id INT PRIMARY KEY, n INT)", "", "{}")
			execSQL(b, driver, "INSERT INTO t VALUES (1, 0), (2, 0)", "", "{}")
			execSQL(b, driver, "CREATE TABLE gate (id INT PRIMARY KEY)", "", "{}")
			execSQL(b, driver, "INSERT INTO gate VALUES (1)", "", "{}")
			gate := closeGate(t, b, driver)
			pass := map[string]string{postgresDriver: "SELECT id FROM gate FOR SHARE", mysqlDriver: "SELECT id FROM gate LOCK IN SHARE MODE"}[driver]
			var both sync.WaitGroup
			results := make([]*actiontest.Result, 2)
			for i, order := range [][]int{{1, 2}, {2, 1}} {
				update := "statement { exec = \"UPDATE t SET n = n + 1 WHERE id = %d\" }\n"
				body := "connection = connection.sql.db\n" + fmt.Sprintf(update, order[0]) +
					fmt.Sprintf("statement { query = %q }\n", pass) + fmt.Sprintf(update, order[1]) + "retry {\nattempts = 10\ninitial = \"10ms\"\n}"
				f := b.MustCompile(actiontest.Action("sql", body))
				both.Go(func() { results[i] = b.Run(t.Context(), f, "{}") })
			}
			gate.open(t, 2)
			both.Wait()
			for _, r := range results {
				if r.Err != nil {
					t.Errorf("a run failed: %v", r.Err)
				}
			}
			if results[0].Attempts("example")+results[1].Attempts("example") < 3 {
				t.Error("there was no deadlock")
			}
			if got := valuetest.EncodeJSON(t, queryRows(b, driver, "SELECT n FROM t", "", "{}")); got != `[{"n":2},{"n":2}]` {
				t.Errorf("the rows are %s", got)
			}
		})
	}
}

// TestSQLTimeoutEndsTheStatement: the server does not go on with a statement
// whose run has timed out.
func TestSQLTimeoutEndsTheStatement(t *testing.T) {
	t.Parallel()
	long := map[string]string{
		postgresDriver: "SELECT pg_sleep(600)", mysqlDriver: "SELECT SLEEP(600) AS s",
		sqliteDriver: "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT COUNT(*) AS c FROM s",
	}
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		queryRows(b, driver, "SELECT 1 AS n", "", "{}")
		err := b.MustFail("sql", sqlBody(driver, "query", long[driver], "")+`timeout = "300ms"`, "{}")
		if err.Class != flow.Transient || err.Reason != flow.ReasonTimeout {
			t.Errorf("got %+v", err)
		}
		if driver == sqliteDriver {
			return
		}
		running := map[string]string{
			postgresDriver: "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%sleep(600)' AND state = 'active' AND pid <> pg_backend_pid()",
			mysqlDriver:    "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%SLEEP(600) AS s%' AND id <> CONNECTION_ID()",
		}[driver]
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		f := b.MustCompile(actiontest.Action("sql", sqlBody(driver, "query", running, "")))
		for {
			res := b.Run(ctx, f, "{}")
			if res.Err != nil {
				t.Fatal("the server goes on: ", res.Err)
			}
			if valuetest.EncodeJSON(t, res.Outputs["example"].(map[string]any)["rows"]) == `[{"n":0}]` {
				return
			}
		}
	})
}

func TestSQLEgress(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{postgresDriver, mysqlDriver} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			b := onDatabase(t, driver)
			b.Egress = nil
			err := refuseSQL(b, driver, "query", "SELECT 1 AS n", "", "{}")
			if err.Class != flow.Denied || !strings.Contains(err.Message, "egress") {
				t.Errorf("got %s: %v", err.Class, err)
			}
			b.Secrets["url"] = map[string]string{
				postgresDriver: "postgres://user:veiled-word@127.0.0.1:1/veiled-name", mysqlDriver: "mysql://user:veiled-word@127.0.0.1:1/veiled-name",
			}[driver]
			b.Connections["sql.db"] = fmt.Sprintf("driver = %q\nurl = secret.url", driver)
			for _, egress := range [][]string{nil, {"127.0.0.1"}} {
				b.Egress = egress
				err := refuseSQL(b, driver, "query", "SELECT 1 AS n", "", "{}")
				if shown := fmt.Sprintf("%+v %v", *err, err.Err); strings.Contains(shown, "veiled") || strings.Contains(shown, "127.0.0.1") {
					t.Errorf("the error holds the secret: %s", shown)
				}
				if egress != nil && (err.Class != flow.Transient || err.Reason != flow.ReasonConnect) {
					t.Errorf("no server gives %+v", err)
				}
			}
		})
	}
}

func TestSQLWrongPassword(t *testing.T) {
	t.Parallel()
	b := onDatabase(t, mysqlDriver)
	b.Connections["sql.db"] = strings.Replace(b.Connections["sql.db"], "secret.mariadb", `"not this"`, 1)
	err := refuseSQL(b, mysqlDriver, "query", "SELECT 1 AS n", "", "{}")
	if err.Class != flow.Permanent || !strings.Contains(err.Message, "password") || strings.Contains(err.Message, "not this") {
		t.Errorf("got %+v", err)
	}
}

func TestSQLiteFolders(t *testing.T) {
	t.Parallel()
	allowed, other := t.TempDir(), t.TempDir()
	for name, target := range map[string]string{"out": other, "dangling.db": filepath.Join(other, "x.db")} {
		if err := os.Symlink(target, filepath.Join(allowed, name)); err != nil {
			t.Fatal(err)
		}
	}
	cases := []struct{ path, why string }{
		{filepath.Join(allowed, "a.db"), ""},
		{"b.db", ""},
		{filepath.Join(allowed, "out", "x.db"), "symbolic link"},
		{"dangling.db", "symbolic link"},
		{filepath.Join("none", "x.db"), "not there"},
	}
	for _, c := range cases {
		b := actiontest.New(t)
		b.AllowPaths = []string{allowed}
		b.Connections["sql.db"] = fmt.Sprintf("driver = \"sqlite\"\ndatabase = %q", c.path)
		res := b.Run(t.Context(), b.MustCompile(actiontest.Action("sql", sqlBody(sqliteDriver, "query", "SELECT 1 AS n", ""))), "{}")
		if c.why == "" && res.Err != nil || c.why != "" && (res.Err == nil || !strings.Contains(res.Err.Message, c.why)) {
			t.Errorf("%s: %v, want %q", c.path, res.Err, c.why)
		}
	}
}

func TestSQLArgsOfARun(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b *actiontest.Bench, driver string) {
		if driver == mysqlDriver {
			execSQL(b, driver, "CREATE TABLE unused (n INT)", "", "{}")
		}
		if err := refuseSQL(b, driver, "query", "SELECT 1 AS n WHERE 1 = ?", "webhook.body.all", `{"all": [1, 2]}`); err.Class != flow.Invalid || !strings.Contains(err.Message, "args holds 2") {
			t.Errorf("got %+v", err)
		}
		if driver != postgresDriver {
			return
		}
		if err := refuseSQL(b, driver, "query", "SELECT ?::int AS n", "[webhook.body.all]", `{"all": [1, 2]}`); err.Class != flow.Invalid || !strings.Contains(err.Message, "args: value 1: the parameter has the type int4") {
			t.Errorf("got %+v", err)
		}
	})
}
