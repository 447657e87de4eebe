package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net"

	"github.com/webhook-gateway/gateway/flow"
)

// sqlEngine is what differs between kinds of databases.
type sqlEngine struct {
	title       string // as people call it
	port        int
	placeholder string // the first one
	syntax      sqlSyntax
	parseURL    func(text string) (*sqlTarget, error)
	// open makes what connects. It connects to nothing itself.
	open func(n *Connection, out sqlOutside) (*sqlPool, error)
	// argument makes of a value of a run what the driver takes.
	argument func(v any) (any, error)
	// column returns how values of a column become values of a run. The reader
	// is for one result.
	column func(t *sql.ColumnType) func(v any) (any, error)
	// explain makes an error of what the database says, without its values; nil
	// where it is another error.
	explain func(err error) *flow.Error
}

// sqlOutside is what connecting needs of the world.
type sqlOutside struct {
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	folders []string // below which a file may be
}

// sqlPool is what an engine's open returns.
type sqlPool struct {
	connector driver.Connector
	// enter makes a connection ready for a transaction; nil where nothing is to
	// be done. leave is called when the transaction has ended.
	enter func(ctx context.Context, c *sql.Conn, readOnly bool) (leave func(), err error)
	close func() // nil where there is nothing to close
}

// sqlEngineOf returns the engine of a driver, nil where there is none.
func sqlEngineOf(name string) *sqlEngine {
	switch name {
	case driverPostgres:
		return postgresEngine()
	case driverMySQL:
		return mysqlEngine()
	case driverSQLite:
		return sqliteEngine()
	}
	return nil
}
