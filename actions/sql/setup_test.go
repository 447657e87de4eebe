package sql_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/mariadbtest"
)

// The drivers, as files name them.
const (
	postgresDriver = "postgres"
	mysqlDriver    = "mysql"
	sqliteDriver   = "sqlite"
)

// databases lists the drivers under test.
func databases() []string { return []string{postgresDriver, mysqlDriver, sqliteDriver} }

// onDatabase returns a bench with an empty database of a kind as
// connection.sql.db.
func onDatabase(t *testing.T, driver string) *actiontest.Bench {
	t.Helper()
	b := actiontest.New(t)
	b.Connections["sql.db"] = fmt.Sprintf("driver = %q\n%s", driver, place(b, driver))
	return b
}

// place says where an empty database is.
func place(b *actiontest.Bench, driver string) string {
	b.T.Helper()
	switch driver {
	case postgresDriver:
		return fmt.Sprintf("url = %q", postgres.Database(b.T))
	case mysqlDriver:
		s := mariadb.Server(b.T)
		b.Secrets["mariadb"] = mariadbtest.Password
		return fmt.Sprintf("host = \"127.0.0.1\"\nport = %d\nusername = %q\npassword = secret.mariadb\ndatabase = %q", s.Port(), mariadbtest.User, s.Database(b.T))
	}
	folder := b.T.TempDir()
	b.AllowPaths = append(b.AllowPaths, folder)
	return fmt.Sprintf("database = %q", filepath.Join(folder, "test ü.db"))
}

// onEach runs a test on each kind of database.
func onEach(t *testing.T, test func(t *testing.T, b *actiontest.Bench, driver string)) {
	t.Helper()
	for _, driver := range databases() {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			test(t, onDatabase(t, driver), driver)
		})
	}
}

// statement writes a statement with the placeholders of a database; it is
// given with ?.
func statement(driver, text string) string {
	if driver != postgresDriver {
		return text
	}
	for n := 1; strings.Contains(text, "?"); n++ {
		text = strings.Replace(text, "?", fmt.Sprintf("$%d", n), 1)
	}
	return text
}

// sqlBody writes the body of an action with one statement. args is HCL.
func sqlBody(driver, what, text, args string) string {
	out := fmt.Sprintf("connection = connection.sql.db\n%s = <<-SQL\n%s\nSQL\n", what, strings.NewReplacer("${", "$${").Replace(statement(driver, text)))
	if args != "" {
		out += "args = " + args + "\n"
	}
	return out
}

func execSQL(b *actiontest.Bench, driver, text, args, input string) map[string]any {
	b.T.Helper()
	return b.MustSucceed("sql", sqlBody(driver, "exec", text, args), input)
}

func queryRows(b *actiontest.Bench, driver, text, args, input string) []any {
	b.T.Helper()
	return b.MustSucceed("sql", sqlBody(driver, "query", text, args), input)["rows"].([]any)
}

func refuseSQL(b *actiontest.Bench, driver, what, text, args, input string) *flow.Error {
	b.T.Helper()
	return b.MustFail("sql", sqlBody(driver, what, text, args), input)
}
