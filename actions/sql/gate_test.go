package sql_test

import (
	"database/sql"
	"fmt"
	"regexp"
	"testing"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/mariadbtest"
	"github.com/webhook-gateway/gateway/internal/testutil/signaltest"
)

// gate is a lock on the row of a table "gate", which keeps transactions waiting.
type gate struct {
	db      *sql.DB
	tx      *sql.Tx
	waiting string // a query for the number of transactions that wait
}

var setting = regexp.MustCompile(`(url|database) += "(.*)"`)

// closeGate locks the gate of the database of a bench.
func closeGate(t *testing.T, b *actiontest.Bench, driver string) *gate {
	t.Helper()
	place := setting.FindStringSubmatch(b.Connections["sql.db"])[2]
	g := &gate{waiting: "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"}
	name := "pgx"
	if driver == mysqlDriver {
		c := mysql.NewConfig()
		c.User, c.Passwd, c.Net, c.Addr, c.DBName = mariadbtest.User, mariadbtest.Password, "tcp", fmt.Sprintf("127.0.0.1:%d", mariadb.Server(t).Port()), place
		name, place = "mysql", c.FormatDSN()
		g.waiting = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'SELECT id FROM gate%'"
	}
	db, err := sql.Open(name, place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	g.db = db
	if g.tx, err = db.BeginTx(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := g.tx.ExecContext(t.Context(), "UPDATE gate SET id = 1"); err != nil {
		t.Fatal(err)
	}
	return g
}

// open waits until that many transactions wait at the gate, and lets them pass.
func (g *gate) open(t *testing.T, transactions int) {
	t.Helper()
	signaltest.Repeat(t, "transactions wait for each other", func() bool {
		var n int
		if err := g.db.QueryRowContext(t.Context(), g.waiting).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n >= transactions
	})
	if err := g.tx.Commit(); err != nil {
		t.Fatal(err)
	}
}
