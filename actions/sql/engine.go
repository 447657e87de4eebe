package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// engine is what differs between kinds of databases.
type engine struct {
	title       string // as people call it
	port        int
	placeholder string // the first one
	syntax      syntax
	parseURL    func(text string) (*target, error)
	// open makes what connects. It connects to nothing itself.
	open func(n *Connection, out surroundings) (*backend, error)
	// argument makes of a value of a run what the driver takes.
	argument func(v any) (any, error)
	// column returns how values of a column become values of a run. The reader
	// is for one result.
	column func(t *sql.ColumnType) func(v any) (any, error)
	// explain makes an error of what the database says, without its values; nil
	// where it is another error.
	explain func(err error) *flow.Error
}

// surroundings is what connecting needs of the world.
type surroundings struct {
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	folders []string // below which a file may be
	clock   clock.Clock
}

// backend is what an engine's open returns.
type backend struct {
	connector driver.Connector
	// prepare makes a connection ready for a transaction; nil where nothing is to
	// be done. leave is called when the transaction has ended.
	prepare func(ctx context.Context, c *sql.Conn, readOnly bool) (leave func(), err error)
	close   func() // nil where there is nothing to close
}

// engineOf returns the engine of a driver, nil where there is none.
func engineOf(name string) *engine {
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
