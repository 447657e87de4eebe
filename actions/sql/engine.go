package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

// engine holds the differences between kinds of databases.
type engine struct {
	title       string // for messages
	port        int
	placeholder string // the first one
	syntax      syntax
	parseURL    func(text string) (*target, error)
	// open prepares the connector. It does not connect.
	open func(n *Connection, out surroundings) (*backend, error)
	// argument converts a value of a run to a value of the driver.
	argument func(v any) (any, error)
	// column returns the function that converts the values of a column. It is
	// for one result.
	column func(t *sql.ColumnType) func(v any) (any, error)
	// explain makes the error of a database's error, without its values. It
	// returns nil for an error of another origin.
	explain func(err error) *flow.Error
}

// surroundings holds the network, folders and clock that an engine may use.
type surroundings struct {
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	folders []string // the folders for files
	clock   clock.Clock
}

// backend is the result of an engine's open.
type backend struct {
	connector driver.Connector
	// prepare readies a connection for a transaction; nil if the engine needs
	// no preparation. leave is called after the transaction.
	prepare func(ctx context.Context, c *sql.Conn, readOnly bool) (leave func(), err error)
	close   func() // nil if there is nothing to close
}

// engineOf returns the engine of a driver, nil if the name is unknown.
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
