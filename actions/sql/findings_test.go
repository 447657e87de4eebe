package sql_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

func TestSQLFindings(t *testing.T) {
	t.Parallel()
	const pg, my, lite = "connection = connection.sql.pg\n", "connection = connection.sql.my\n", "connection = connection.sql.lite\n"
	cases := []struct{ name, hcl, summary, detail string }{
		{"fine", pg + "query = \"SELECT 1 WHERE 'a' = $1\"\nargs = [webhook.body.a]", "", ""},
		{"made of data", pg + `query = "SELECT * FROM t WHERE id = ${webhook.body.id}"`, "Statement made of data", "args = [webhook.body.id]"},
		{"all data", pg + `exec = webhook.body.sql`, "Statement made of data", "args = [webhook.body.sql]"},
		{"data in a function", pg + `exec = format("DELETE FROM %s", webhook.body.table)`, "Statement made of data", "placeholder"},
		{"a secret", pg + `exec = "SELECT '${secret.shop_password}'"`, "Secret in the open", "args"},
		{"no connection", `query = "SELECT 1"`, "Missing attribute", "connection"},
		{"another kind of connection", "connection = connection.http.web\nquery = \"SELECT 1\"", "Wrong kind of connection", "connection.sql.NAME"},
		{"nothing", pg, "No statement", `"query"`},
		{"empty", pg + `query = " "`, "No statement", `"exec"`},
		{"a comment", pg + `query = "-- nothing"`, "Not a statement for flows", "no statement"},
		{"both", pg + "query = \"SELECT 1\"\nexec = \"SELECT 2\"", "Two statements", "statement block"},
		{"two in one", pg + `exec = "DELETE FROM a; DELETE FROM b"`, "Not a statement for flows", "statement block"},
		{"semicolon at the end", pg + `exec = "DELETE FROM a; -- done"`, "", ""},
		{"in two places", pg + "query = \"SELECT 1\"\nstatement { query = \"SELECT 1\" }", "Statements in two places", ""},
		{"args without a statement", pg + "args = [1]\nstatement { query = \"SELECT 1\" }", "Statements in two places", ""},
		{"too few", pg + "query = \"SELECT $1, $2\"\nargs = [1]", "Wrong number of values", "for 2 values, and args holds 1"},
		{"none", pg + "query = \"SELECT $1\"", "Wrong number of values", "for 1 values, and args holds 0"},
		{"too many", my + "query = \"SELECT ?\"\nargs = [1, 2]", "Wrong number of values", "written ?"},
		{"the other style", my + "query = \"SELECT $1\"\nargs = [1]", "Not a statement for flows", "$1 is not a placeholder here: MySQL writes ?"},
		{"a list of the run", pg + "query = \"SELECT $1, $2\"\nargs = webhook.body.list", "", ""},
		{"in a block", pg + "statement {\nexec = \"DELETE FROM t WHERE a = $1\"\n}", "Wrong number of values", ""},
		{"by name", lite + "query = \"SELECT :a\"\nargs = [1]", "Not a statement for flows", ":a is not a placeholder"},
		{"both styles", lite + "query = \"SELECT ?, $2, ?3\"\nargs = [1, 2, 3]", "", ""},
		{"transaction", pg + `exec = "begin"`, "Not a statement for flows", "share one"},
		{"setting", my + `exec = "SET sql_mode = ''"`, "Not a statement for flows", "shared"},
		{"local setting", pg + `exec = "SET LOCAL lock_timeout = '1s'"`, "", ""},
		{"copy from a stream", pg + `exec = "COPY t FROM STDIN"`, "Not a statement for flows", "stream"},
		{"copy to a stream", pg + `query = "copy t to stdout"`, "Not a statement for flows", "stream"},
		{"copy from a file", pg + `exec = "COPY stdin FROM '/stdin.csv'"`, "", ""},
		{"a definition in a query", my + `query = "DROP TABLE t"`, "Not a statement for flows", "use exec"},
		{"a definition alone", my + `exec = "DROP TABLE t"`, "", ""},
		{"a definition among others", my + "statement { exec = \"DELETE FROM t\" }\nstatement { exec = \"ALTER TABLE t ADD c INT\" }", "Statement that commits", "for ALTER"},
		{"a temporary table among others", my + "statement { exec = \"CREATE TEMPORARY TABLE t (a INT)\" }\nstatement { exec = \"DELETE FROM t\" }", "", ""},
		{"a definition among others in PostgreSQL", pg + "statement { exec = \"DELETE FROM t\" }\nstatement { exec = \"ALTER TABLE t ADD c INT\" }", "", ""},
		{"another file", lite + `exec = "ATTACH 'other.db' AS o"`, "Not a statement for flows", "beyond"},
		{"max_rows", pg + "query = \"SELECT 1\"\nmax_rows = 0", "Wrong value", "1000000"},
		{"max_bytes", pg + "query = \"SELECT 1\"\nmax_bytes = \"2GiB\"", "Wrong value", "1GiB"},
		{"list literal of the run", pg + "exec = \"INSERT INTO t VALUES ($1)\"\nargs = [[1, 2], 3]", "Wrong number of values", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			b.Connections["sql.pg"] = "driver = \"postgres\"\nurl = \"postgres://a@db.example.com/x\""
			b.Connections["sql.my"] = "driver = \"mysql\"\nhost = \"db.example.com\"\nusername = \"a\""
			b.Connections["sql.lite"] = "driver = \"sqlite\"\ndatabase = \"x.db\""
			b.Connections["web"] = `base_url = "https://api.example.com/"`
			_, diags := b.Compile(actiontest.Action("sql", c.hcl) + `action "respond" "done" {}`)
			actiontest.CheckFinding(t, diags, c.summary, c.detail)
		})
	}
}

func TestSQLConnectionFindings(t *testing.T) {
	t.Parallel()
	const pg, my, lite = "driver = \"postgres\"\n", "driver = \"mysql\"\n", "driver = \"sqlite\"\n"
	cases := []struct{ name, hcl, summary, detail string }{
		{"no driver", `url = "postgres://a@b/c"`, "Missing attribute", "driver"},
		{"another driver", "driver = \"oracle\"\nhost = \"x\"", `Wrong value for "driver"`, "postgres"},
		{"nowhere", pg, "Missing attribute", `"url"`},
		{"no user", pg + `host = "db"`, "Wrong address", "user"},
		{"a socket", pg + "host = \"/run/postgresql\"\nusername = \"a\"", "Wrong address", "TCP"},
		{"several hosts", pg + "host = \"a,b\"\nusername = \"a\"", "Wrong address", "one host"},
		{"said twice", pg + "url = \"postgres://a@b/c\"\nusername = \"a\"", "Said twice", `"username"`},
		{"another scheme", pg + `url = "mysql://a@b/c"`, "Wrong address", `"postgres://"`},
		{"unreadable", pg + `url = "postgres://a:b c%@h/d"`, "Wrong address", "urlencode"},
		{"a parameter of files", pg + `url = "postgres://a@b/c?sslkey=/etc/passwd"`, "Wrong address", `"sslkey"`},
		{"a value of a parameter", pg + `url = "postgres://a@b/c?sslmode=maybe"`, "Wrong address", `"sslmode"`},
		{"secret URL", pg + `url = secret.shop_password`, "Wrong address", "postgres://"},
		{"local infile", my + `url = "mysql://a@b/c?allowAllFiles=true"`, "Wrong address", `"allowAllFiles"`},
		{"fine", my + `url = "mariadb://a:b@c:3307/d?tls=preferred"`, "", ""},
		{"unset", pg + `url = secret.unset`, "", ""},
		{"port", pg + "host = \"a\"\nusername = \"a\"\nport = 70000", "Wrong value", "65535"},
		{"too many", lite + "database = \"x.db\"\nmax_connections = 0", "Wrong value", "1000"},
		{"a file with a host", lite + "database = \"x.db\"\nhost = \"a\"", "Not for a file", `"host"`},
		{"a file with tls", lite + "database = \"x.db\"\ntls {}", "Not for a file", `"tls"`},
		{"a file without a path", lite, "Missing attribute", "database"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := actiontest.New(t)
			b.Connections["sql.c"] = c.hcl
			_, diags := b.Scope()
			actiontest.CheckFinding(t, diags, c.summary, c.detail)
			if found := fmt.Sprint(diags); strings.Contains(found, actiontest.Secrets()["shop_password"]) {
				t.Errorf("the finding holds a secret: %s", found)
			}
		})
	}
}

// TestSQLEncryption: a tls block encrypts and checks the certificate, and does
// not fall back.
func TestSQLEncryption(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, driver, tls, message string }{
		{"a server without TLS", postgresDriver, "tls {}", "TLS"},
		{"an unknown authority", mysqlDriver, "tls {}", "authority"},
		{"another name", mysqlDriver, "tls {\nca = file(\"ca.pem\")\nserver_name = \"db.example.com\"\n}", "another host"},
		{"the authority", mysqlDriver, "tls { ca = file(\"ca.pem\") }", ""},
		{"if it is offered", mysqlDriver, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := onDatabase(t, c.driver)
			b.Connections["sql.db"] += "\n" + c.tls
			if c.driver == mysqlDriver {
				b.Files["ca.pem"] = mariadb.Server(t).Certificate()
			}
			if c.message != "" {
				if err := refuseSQL(b, c.driver, "query", "SELECT 1 AS n", "", "{}"); err.Class != flow.Permanent || !strings.Contains(err.Message, c.message) {
					t.Errorf("got %+v", err)
				}
				return
			}
			row := queryRows(b, c.driver, "SHOW STATUS LIKE 'Ssl_cipher'", "", "{}")[0].(map[string]any)
			if row["Value"] == "" {
				t.Error("the connection is not encrypted")
			}
		})
	}
}

// TestSQLPostgresByParts: a server without TLS is reached where nothing asks
// for it, and a wrong database says so.
func TestSQLPostgresByParts(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(postgres.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	b := actiontest.New(t)
	parts := fmt.Sprintf("driver = \"postgres\"\nhost = %q\nport = %s\nusername = %q\n", u.Hostname(), u.Port(), u.User.Username())
	b.Connections["sql.db"] = parts + fmt.Sprintf("database = %q", strings.TrimPrefix(u.Path, "/"))
	if got := valuetest.EncodeJSON(t, queryRows(b, postgresDriver, "SELECT current_setting('application_name') AS n", "", "{}")); got != `[{"n":"gateway"}]` {
		t.Errorf("got %s", got)
	}
	b.Connections["sql.db"] = parts + "database = \"missing\""
	if err := refuseSQL(b, postgresDriver, "query", "SELECT 1 AS n", "", "{}"); err.Class != flow.Permanent || !strings.Contains(err.Message, "no such database") {
		t.Errorf("got %+v", err)
	}
}
