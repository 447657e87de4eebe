package sql_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/actions/sql"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/dbserver"
	"github.com/webhook-gateway/gateway/internal/testutil/mariadbtest"
)

// stored is a column with a value. write is the expression that stores a value
// which was read, "?" if it is empty.
type stored struct{ kind, value, write string }

// checkRoundTrip reads a row of all columns, writes the values back to another
// row, and compares both as the client of the database prints them.
func checkRoundTrip(t *testing.T, b *actiontest.Bench, driver string, columns []stored, client func(t *testing.T, statement string) string) {
	t.Helper()
	if len(columns) == 0 {
		t.Fatal("no columns")
	}
	var declared, values, writes, args []string
	for i, c := range columns {
		name := fmt.Sprintf("c%d", i)
		declared, values = append(declared, name+" "+c.kind+" NULL"), append(values, c.value)
		if c.write == "" {
			c.write = "?"
		}
		writes, args = append(writes, c.write), append(args, "action.read.rows[0]."+name)
	}
	list := strings.Join(declared, ", ")
	client(t, fmt.Sprintf("CREATE TABLE original (%s); CREATE TABLE copy (%s); INSERT INTO original VALUES (%s)", list, list, strings.Join(values, ", ")))
	read := strings.Replace(actiontest.Action("sql", sqlBody(driver, "query", "SELECT * FROM original", "")), "example", "read", 1)
	write := actiontest.Action("sql", sqlBody(driver, "exec", fmt.Sprintf("INSERT INTO copy VALUES (%s)", strings.Join(writes, ", ")), "["+strings.Join(args, ", ")+"]"))
	res := b.Run(t.Context(), b.MustCompile(read+write), "{}")
	if res.Err != nil {
		t.Fatalf("the run failed: %v\nread: %v", res.Err, res.Outputs["read"])
	}
	original, copied := fields(client(t, "SELECT * FROM original")), fields(client(t, "SELECT * FROM copy"))
	if len(original) != len(columns) || len(copied) != len(columns) {
		t.Fatalf("the client prints %d and %d columns, want %d:\n%q\n%q", len(original), len(copied), len(columns), original, copied)
	}
	row := res.Outputs["read"].(map[string]any)["rows"].([]any)[0].(map[string]any)
	for i, c := range columns {
		if original[i] != copied[i] {
			t.Errorf("%s %s: stored %s, and %s after it was read and written (as %v)", c.kind, c.value, original[i], copied[i], row[fmt.Sprintf("c%d", i)])
		}
	}
}

// separator stands between the columns that a client prints.
const separator = "\x1f"

func fields(row string) []string { return strings.Split(strings.TrimSuffix(row, "\n"), separator) }

// runClient runs the client of a database and returns its standard output.
func runClient(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		dbserver.Fail(t, fmt.Errorf("%w: on Debian run scripts/setup, or apt-get install postgresql-client mariadb-client sqlite3", err))
	}
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput() //nolint:gosec // arguments of the tests
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", name, err, out, args[len(args)-1])
	}
	return string(out)
}

// TestSQLMappingIsTested: each type and each form of a statement in the tables
// of the reference is one of the columns that are written back.
func TestSQLMappingIsTested(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile("`([^`]+)`")
	tables := strings.Split(schema.Describe(&sql.Transaction{}).Doc, "| --- | --- | --- |\n")[1:]
	if len(tables) != 3 {
		t.Fatalf("the reference has %d tables", len(tables))
	}
	for i, columns := range [][]stored{postgresColumns(), mariadbColumns(), sqliteColumns()} {
		for row := range strings.Lines(tables[i]) {
			cells := strings.Split(row, " | ")
			if len(cells) != 3 {
				break // the end of the table
			}
			for _, name := range code.FindAllStringSubmatch(cells[0], -1) {
				if !slices.ContainsFunc(columns, func(c stored) bool { return strings.HasPrefix(strings.ToUpper(c.kind), strings.ToUpper(name[1])) }) {
					t.Errorf("no column has the type %s", name[1])
				}
			}
			for _, form := range code.FindAllStringSubmatch(cells[2], -1) {
				if strings.Contains(form[1], "?") && form[1] != "?" && !slices.ContainsFunc(columns, func(c stored) bool { return c.write == form[1] }) {
					t.Errorf("no column is written with %s", form[1])
				}
			}
		}
	}
}

func TestSQLPostgresRoundTrip(t *testing.T) {
	t.Parallel()
	b := onDatabase(t, postgresDriver)
	url := setting.FindStringSubmatch(b.Connections["sql.db"])[2]
	psql := func(t *testing.T, statement string) string {
		t.Helper()
		return runClient(t, "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-P", "null=(null)", "-F", separator, "-d", url, "-c", statement)
	}
	psql(t, strings.Join([]string{
		"CREATE TYPE mood AS ENUM ('sad', 'ok', 'so,so')", "CREATE TYPE item AS (name text, n int, at timestamptz)",
		"CREATE DOMAIN amount AS numeric(10,2) CHECK (value >= 0)", "CREATE DOMAIN stamp AS timestamp", "CREATE DOMAIN numbers AS int[]", "CREATE DOMAIN document AS jsonb",
		`CREATE TYPE "json list" AS RANGE (subtype = float8)`, `CREATE SCHEMA other; CREATE TYPE other.date AS ENUM ('today', 'x')`,
		"CREATE EXTENSION citext", "CREATE EXTENSION hstore",
	}, "; "))
	checkRoundTrip(t, b, postgresDriver, postgresColumns(), psql)
}

func postgresColumns() []stored {
	one := func(kind string, values ...string) []stored {
		var out []stored
		for _, v := range values {
			out = append(out, stored{kind: kind, value: v})
		}
		return out
	}
	var all []stored
	for _, columns := range [][]stored{
		one("boolean", "true", "false", "NULL"),
		one("smallint", "-32768"), one("integer", "2147483647"), one("bigint", "-9223372036854775808"), one("oid", "4294967295"), one("xid", "'7'"), one("xid8", "'18446744073709551615'"),
		one("numeric", "123456789012345678901234567890.12345678901234567000", "'NaN'", "'Infinity'", "'-Infinity'", "1e-40"),
		one("real", "0.1", "1e-38", "'NaN'", "'-Infinity'", "16777217"), one("double precision", "0.1", "1e308", "5e-324", "'Infinity'", "123456789.123456789"),
		one("money", "'-1234.56'"),
		one("text", `'"{a}" \ '' ü'`, "''", "'2026-07-01T02:30:00+02:00'"), one("varchar(5)", "'a b'"), one("char(4)", "'a'"), one("name", "'n'"), one(`"char"`, "'c'"),
		one("bytea", `'\xff00616263'`, `''`, `'aGk='`),
		one("date", "'2026-03-14'", "'0044-03-15 BC'", "'infinity'", "'12026-01-01'"),
		one("time", "'23:59:59.123456'", "'24:00:00'"), one("timetz", "'10:00:00.5+05:30'"),
		one("timestamp", "'2026-03-29 02:30:00'", "'2026-03-14 12:00:00.123456'", "'infinity'", "'0044-03-15 10:00:00 BC'", "'12026-01-01 00:00:00'"),
		one("timestamp with time zone", "'2026-10-25 02:30:00+02'", "'2026-10-25 02:30:00+01'", "'-infinity'", "'1800-01-01 00:00:00+00:53:28'", "'0044-03-15 10:00:00+00 BC'"),
		one("interval", "'1 year -2 mons 3 days -04:05:06.789'", "'-00:00:00.000001'"),
		one("uuid", "'7c9e6679-7425-40de-944b-e07fc1f90ae7'"),
		one("json", `'{"a":[1,1.5,null,"x"],"b":{"c":true}}'`, `'"a text"'`, "'[]'", "'7'", "'false'"), one("jsonb", `'{"a":12345678901234567890.5}'`, `'"[1]"'`, "'[[1],[2]]'", "'true'"),
		one("xml", "'<a b=\"c\">d</a>'"), one("jsonpath", "'$.a[*] ? (@ > 1)'"),
		one("bit(5)", "B'10101'"), one("varbit", "B'1'"),
		one("inet", "'10.0.0.1/8'", "'::1'"), one("cidr", "'10.0.0.0/8'"), one("macaddr", "'08:00:2b:01:02:03'"), one("macaddr8", "'08:00:2b:01:02:03:04:05'"),
		one("point", "'(1.1,-2)'"), one("line", "'{1,2,3}'"), one("lseg", "'[(0,0),(1,1)]'"), one("box", "'(1,1),(0,0)'"), one("path", "'[(0,0),(1,1)]'"), one("polygon", "'((0,0),(1,1),(2,0))'"), one("circle", "'<(0,0),0.1>'"),
		one("tsvector", "'a:1 b:2A ''it''''s'':3'"), one("tsquery", "'a & !b'"),
		one("int4range", "'[1,5)'", "'empty'", "'(,7)'"), one("numrange", "'[1.5,2.50]'"), one("tsrange", "'[2026-01-01 00:00,2026-07-01 00:00)'"),
		one("tstzrange", "'[2026-01-01 00:00+00,2026-07-01 00:00+00)'"), one("daterange", "'[2026-01-01,)'"), one("int4multirange", "'{[1,3),[5,7)}'"),
		one("pg_lsn", "'16/B374D848'"), one("regclass", "'pg_type'"), one("regtype", "'int4'"), one("int2vector", "'1 2 3'"), one("oidvector", "'1 2'"), one("txid_snapshot", "'10:20:10,14'"),
		one("mood", "'so,so'"), one("item", `ROW('a "b", c', 1, '2026-07-01 00:00+00')`), one("amount", "'1.50'"), one("stamp", "'2026-07-01 00:30'"), one("numbers", "'{1,2}'"), one("document", `'"x"'`),
		one(`"json list"`, "'[1.5,2)'"), one("other.date", "'x'"), one("citext", "'Köln'"), one("hstore", `'"a"=>"1", "b"=>NULL'`),
		one("int[]", "'{1,NULL,3}'", "'{}'", "'{{1,2},{3,4}}'", "'{{{1},{2}}}'"), one("text[]", `ARRAY['a,b', NULL, 'NULL', '', '"', '\', '{x}', ' ']`, `'{{a,b},{c,NULL}}'`), one("bool[]", "'{t,f}'"),
		one("numeric[]", "'{1.50,NaN,Infinity}'"), one("float4[]", "'{0.1,NaN}'"), one("float8[]", "'{0.1,-Infinity}'"), one("money[]", "'{$1.50,\"$1,000.00\"}'"),
		one("bytea[]", `ARRAY['\xff00'::bytea, '']`), one("date[]", "'{2026-03-14,infinity}'"), one("timestamp[]", "'{2026-07-01 00:30:00,infinity}'"), one("timestamptz[]", "'{2026-07-01 00:30:00.5+02}'"), one("time[]", "'{10:00}'"), one("interval[]", "'{1 day}'"),
		one("uuid[]", "'{7c9e6679-7425-40de-944b-e07fc1f90ae7}'"), one("json[]", `ARRAY['{"a":[1]}'::json, '"x"', NULL]`), one("jsonb[]", `ARRAY['[1,[2]]'::jsonb, '"x"']`), one("inet[]", "'{10.0.0.1}'"), one("bit(2)[]", "'{10,01}'"),
		one("point[]", "'{\"(1,2)\"}'"), one("box[]", "'{(1,1),(0,0);(2,2),(1,1)}'"), one("int4range[]", `'{"[1,5)",empty}'`), one("xml[]", "'{<a/>}'"), one("name[]", "'{a}'"),
		one("mood[]", `'{sad,"so,so",NULL}'`, "'{{sad},{ok}}'"), one("item[]", `ARRAY[ROW('a "b", \c', 1, NULL)::item]`), one("amount[]", "'{1.50}'"), one("stamp[]", "'{2026-07-01 00:30:00}'"), one("numbers[]", `ARRAY['{1,2}'::numbers]`), one("citext[]", "'{Köln,\"a,b\"}'"), one("hstore[]", `ARRAY['"a"=>"1"'::hstore]`), one("other.date[]", "'{x,today}'"),
	} {
		all = append(all, columns...)
	}
	return all
}

func TestSQLMariaDBRoundTrip(t *testing.T) {
	t.Parallel()
	b := onDatabase(t, mysqlDriver)
	name := setting.FindStringSubmatch(b.Connections["sql.db"])[2]
	client := func(t *testing.T, statement string) string {
		t.Helper()
		return strings.ReplaceAll(runClient(t, "mariadb", "--no-defaults", "-h", "127.0.0.1", "-P", fmt.Sprint(mariadb.Server(t).Port()), "-u", mariadbtest.User, "-p"+mariadbtest.Password,
			"--batch", "--skip-column-names", "--binary-as-hex", "--init-command", "SET time_zone = '+00:00', sql_mode = ''", name, "-e", statement), "\t", separator)
	}
	checkRoundTrip(t, b, mysqlDriver, mariadbColumns(), client)
}

func mariadbColumns() []stored {
	const at = "CAST(? AS DATETIME(6))"
	return []stored{
		{"TINYINT", "-128", ""},
		{"TINYINT(1)", "1", ""},
		{"BOOLEAN", "TRUE", ""},
		{"SMALLINT UNSIGNED", "65535", ""},
		{"MEDIUMINT", "-8388608", ""},
		{"INT", "-2147483648", ""},
		{"BIGINT", "-9223372036854775808", ""},
		{"BIGINT UNSIGNED", "18446744073709551615", ""},
		{"INT(5) ZEROFILL", "42", ""},
		{"DECIMAL(65,30)", "-12345678901234567890123456789012345.123456789012345678901234567890", ""},
		{"FLOAT", "0.1", ""},
		{"DOUBLE", "1.7976931348623157e308", ""},
		{"DOUBLE", "0.1", ""},
		{"BIT(1)", "b'1'", ""},
		{"BIT(9)", "b'100000001'", ""},
		{"BIT(64)", "b'1111111111111111111111111111111111111111111111111111111111111111'", ""},
		{"YEAR", "2026", ""},
		{"YEAR", "0", ""},
		{"DATE", "'2026-03-14'", ""},
		{"DATE", "'1000-01-01'", "CAST(? AS DATE)"},
		{"DATE", "'0000-00-00'", ""},
		{"DATE", "'2026-00-00'", ""},
		{"DATETIME", "'0000-00-00 00:00:00'", ""},
		{"TIME", "'838:59:59'", ""},
		{"TIME(6)", "'-123:04:05.000007'", ""},
		{"TIME(6)", "'10:30:00.5'", "CAST(? AS TIME(6))"},
		{"DATETIME", "'2026-03-29 02:30:00'", at},
		{"DATETIME(6)", "'9999-12-31 23:59:59.123456'", at},
		{"DATETIME(2)", "'2026-07-01 00:30:00.25'", "CAST(? AS DATETIME(2))"},
		{"TIMESTAMP", "'2026-10-25 01:30:00'", at},
		{"TIMESTAMP(3)", "'2038-01-19 03:14:07.999'", at},
		{"CHAR(4)", "'a'", ""},
		{"VARCHAR(30)", "'2026-07-01T02:30:00+02:00'", ""},
		{"TEXT", `'Köln 🚀 \' " \\'`, ""},
		{"LONGTEXT", "' x '", ""},
		{"BINARY(4)", "x'ff00'", "FROM_BASE64(?)"},
		{"VARBINARY(10)", "x'ff00'", "FROM_BASE64(?)"},
		{"BLOB", "'aGk='", "FROM_BASE64(?)"},
		{"LONGBLOB", "x'00'", "FROM_BASE64(?)"},
		{"ENUM('a','b c')", "'b c'", ""},
		{"SET('a','b','c')", "'a,c'", ""},
		{"JSON", `'{"a": [1, 1.50, null]}'`, ""},
		{"JSON", `'"text"'`, ""},
		{"UUID", "'7c9e6679-7425-40de-944b-e07fc1f90ae7'", ""},
		{"INET6", "'::1'", ""},
		{"INET4", "'10.0.0.1'", ""},
		{"POINT", "ST_GeomFromText('POINT(1 2)', 4326)", "FROM_BASE64(?)"},
		{"GEOMETRY", "ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))')", "FROM_BASE64(?)"},
		{"INT", "NULL", ""},
		{"DATETIME", "NULL", at},
		{"BLOB", "NULL", "FROM_BASE64(?)"},
	}
}

func TestSQLiteRoundTrip(t *testing.T) {
	t.Parallel()
	b := onDatabase(t, sqliteDriver)
	file := filepath.Clean(setting.FindStringSubmatch(b.Connections["sql.db"])[2])
	columns := sqliteColumns()
	var quoted []string
	for i := range columns {
		quoted = append(quoted, fmt.Sprintf("typeof(c%d) || ' ' || quote(c%d)", i, i))
	}
	client := func(t *testing.T, statement string) string {
		t.Helper()
		return runClient(t, "sqlite3", "-bail", "-separator", separator, file, strings.Replace(statement, "*", strings.Join(quoted, ", "), 1))
	}
	checkRoundTrip(t, b, sqliteDriver, columns, client)
}

func sqliteColumns() []stored {
	const blob = "from_base64(?)"
	return []stored{
		{"INTEGER", "9223372036854775807", ""},
		{"INTEGER", "-1", ""},
		{"REAL", "0.1", ""},
		{"REAL", "3.0", ""},
		{"REAL", "1e300", ""},
		{"TEXT", "'2026-07-01T02:30:00+02:00'", ""},
		{"TEXT", "'12'", ""},
		{"TEXT", "'Köln '' \" 🚀'", ""},
		{"TEXT", "''", ""},
		{"BLOB", "x'ff00'", blob},
		{"BLOB", "'text'", ""},
		{"BLOB", "7", ""},
		{"BLOB", "x''", blob},
		{"", "x'6869'", blob},
		{"", "'aGk='", ""},
		{"", "1.5", ""},
		{"", "NULL", ""},
		{"", "NULL", blob},
		{"NUMERIC", "1.5", ""},
		{"NUMERIC", "'1e2x'", ""},
		{"BOOLEAN", "1", ""},
		{"BOOLEAN", "0", ""},
		{"BOOLEAN", "2", ""},
		{"JSON", `'{"a":[1]}'`, ""},
		{"JSON", `'"text"'`, ""},
		{"JSON", "'{broken'", ""},
		{"JSON", "5", ""},
		{"DATE", "'2026-03-14'", ""},
		{"DATE", "'someday'", ""},
		{"DATETIME", "'2026-07-01 00:30:00'", "datetime(?)"},
		{"TIMESTAMP", "'2026-07-01 00:30:00.250'", "strftime('%Y-%m-%d %H:%M:%f', ?)"},
		{"DATETIME", "'2026-07-01T00:30:00Z'", ""},
		{"DATETIME", "1700000000", ""},
	}
}
