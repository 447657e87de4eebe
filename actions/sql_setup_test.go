package actions

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/mariadbtest"
)

// addShopDatabase adds the database that examples use: connection.sql.shop.
func (b *bench) addShopDatabase() {
	b.t.Helper()
	folder := b.t.TempDir()
	file := filepath.Join(folder, "shop.db")
	b.allowPaths = append(b.allowPaths, folder)
	b.connections["sql.shop"] = fmt.Sprintf("driver = \"sqlite\"\ndatabase = %q", file)
	db, err := sql.Open("sqlite", file)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(b.t.Context(), `CREATE TABLE articles (sku TEXT PRIMARY KEY, name TEXT, price REAL, stock INTEGER);
		INSERT INTO articles VALUES ('L-1', 'Lamp "Grün"', 49.9, 3);
		CREATE TABLE orders (id TEXT PRIMARY KEY, customer TEXT)`)
	if err != nil {
		b.t.Fatal(err)
	}
}

// databases lists what statements are tried on.
func databases() []string { return []string{driverPostgres, driverMySQL, driverSQLite} }

// onDatabase returns a bench with an empty database of a kind as
// connection.sql.db.
func onDatabase(t *testing.T, driver string) *bench {
	t.Helper()
	b := newBench(t)
	b.connections["sql.db"] = fmt.Sprintf("driver = %q\n%s", driver, place(b, driver))
	return b
}

// place says where an empty database is.
func place(b *bench, driver string) string {
	b.t.Helper()
	switch driver {
	case driverPostgres:
		return fmt.Sprintf("url = %q", postgres.Database(b.t))
	case driverMySQL:
		s := mariadb.Server(b.t)
		b.secrets["mariadb"] = mariadbtest.Password
		return fmt.Sprintf("host = \"127.0.0.1\"\nport = %d\nusername = %q\npassword = secret.mariadb\ndatabase = %q", s.Port(), mariadbtest.User, s.Database(b.t))
	}
	folder := b.t.TempDir()
	b.allowPaths = append(b.allowPaths, folder)
	return fmt.Sprintf("database = %q", filepath.Join(folder, "test ü.db"))
}

// onEach runs a test on each kind of database.
func onEach(t *testing.T, test func(t *testing.T, b *bench, driver string)) {
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
	if driver != driverPostgres {
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

func (b *bench) exec(driver, text, args, input string) map[string]any {
	b.t.Helper()
	return b.do("sql", sqlBody(driver, "exec", text, args), input)
}

func (b *bench) query(driver, text, args, input string) []any {
	b.t.Helper()
	return b.do("sql", sqlBody(driver, "query", text, args), input)["rows"].([]any)
}

func (b *bench) refuse(driver, what, text, args, input string) *flow.Error {
	b.t.Helper()
	return b.fail("sql", sqlBody(driver, what, text, args), input)
}
