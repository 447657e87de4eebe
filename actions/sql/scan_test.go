package sql

import (
	"fmt"
	"testing"
)

func TestSQLTargets(t *testing.T) {
	t.Parallel()
	cases := []struct {
		driver, url string
		want        target
	}{
		{driverPostgres, "postgres://u%40x:p%3A%2F%3F%23%C3%BC@db.example.com:5433/sh%20op?sslmode=verify-full&application_name=x&search_path=a", target{
			host: "db.example.com", port: 5433, database: "sh op", username: "u@x", password: "p:/?#ü", encryption: encryptAndVerify, application: "x", searchPath: "a",
		}},
		{driverPostgres, "postgresql://u@[fd00::1]", target{host: "fd00::1", username: "u", encryption: encryptIfOffered}},
		{driverPostgres, "postgres://u@h/d?sslmode=disable", target{host: "h", username: "u", database: "d"}},
		{driverMySQL, "mysql://u:p@h/d?tls=true", target{host: "h", username: "u", password: "p", database: "d", encryption: encryptAndVerify}},
		{driverMySQL, "mysql://u:p@h/d?tls=skip-verify", target{host: "h", username: "u", password: "p", database: "d", encryption: encryptAlways}},
	}
	for _, c := range cases {
		got, err := engineOf(c.driver).parseURL(c.url)
		if err != nil || *got != c.want {
			t.Errorf("%s: %+v, %v", c.url, got, err)
		}
	}
	config := (&target{host: "db.example.com", encryption: encryptAndVerify}).tlsConfig()
	if config.InsecureSkipVerify || config.ServerName != "db.example.com" {
		t.Errorf("the certificate is not checked: %+v", config)
	}
}

func TestSQLScan(t *testing.T) {
	t.Parallel()
	cases := []struct {
		driver, text string
		want         statementShape
	}{
		{driverPostgres, "SELECT $1, '$2', \"$3\", $$ $4 $$, $a$ $5 $$ $a$, E'\\' $6', $2 -- $7\n/* /* $8 */ $9 */", statementShape{first: "SELECT", placeholders: 2}},
		{driverPostgres, "select a::int, '{}'::jsonb @> $1 from t$1 where a ?| b", statementShape{first: "SELECT", placeholders: 1, foreign: "?", variable: true}},
		{driverPostgres, "DELETE FROM t WHERE e = 'it''s $1' RETURNING *;", statementShape{first: "DELETE", returning: true}},
		{driverPostgres, "SELECT 'a;b'; SELECT 1", statementShape{first: "SELECT", several: true}},
		{driverPostgres, "SELECT 'open $1", statementShape{first: "SELECT"}},
		{driverPostgres, "SELECT $12 + $3", statementShape{first: "SELECT", placeholders: 12}},
		{driverMySQL, "SELECT ?, '\\' ?', \"?\", `?`, ? # ?\n-- ?\n/* ? */ /*! , ? */", statementShape{first: "SELECT", placeholders: 3}},
		{driverMySQL, "SELECT 5--?\n, @a, @@b", statementShape{first: "SELECT", placeholders: 1, variable: true}},
		{driverSQLite, "SELECT ?, '\\', [?], `?`, ? -- ?", statementShape{first: "SELECT", placeholders: 2}},
		{driverSQLite, "SELECT ?3, $1, @name", statementShape{first: "SELECT", placeholders: 3, foreign: "@name", variable: true}},
		{driverSQLite, "", statementShape{}},
		{driverMySQL, "SELECT @@version, ?, CAST( ? AS DATETIME(6)), cast(? as char), CAST(? AS date)", statementShape{first: "SELECT", placeholders: 4, casts: map[int]string{1: "DATETIME", 3: "DATE"}}},
		{driverMySQL, "SELECT get_lock('a', 1)", statementShape{first: "SELECT", lock: true}},
		{driverPostgres, "COPY t FROM STDIN", statementShape{first: "COPY", stream: true}},
	}
	for _, c := range cases {
		got := engineOf(c.driver).syntax.scanStatement(c.text)
		if got.words = nil; fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %s: got %+v, want %+v", c.driver, c.text, got, c.want)
		}
	}
}

// FuzzSQLScan: the scanner ends on each input.
func FuzzSQLScan(f *testing.F) {
	for _, seed := range []string{"SELECT $1", "'", "$$", "/*/", "E'\\", "?99999999", "--", "[", "`a", "$a$ $a", "/*!*/", "::@@:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, driver := range []string{driverPostgres, driverMySQL, driverSQLite} {
			if shape := engineOf(driver).syntax.scanStatement(text); shape.placeholders > 1<<15+len(text) {
				t.Errorf("%q has %d placeholders", text, shape.placeholders)
			}
		}
	})
}
