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
	// explain makes the error of a database's error, without its values. It
	// returns nil for an error of another origin.
	explain func(err error, in failurePlace) *flow.Error
	// isStandby reports whether an error says that the server does not take
	// writes. nil if the database has no standby servers.
	isStandby func(err error) bool
	// flaw explains in a sentence why flows can't use a statement of this
	// database, "" if they can. nil if all statements can be used.
	flaw func(s *statementShape, reads bool) string
	// commits reports whether a statement commits the transaction around it.
	// nil if none does.
	commits func(s *statementShape) bool
	// mapping documents how values are read and written.
	mapping []typeMapping
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
	// begin begins a transaction on a connection.
	begin func(ctx context.Context, c *sql.Conn, readOnly bool) (transaction, error)
	close func() // nil if there is nothing to close
}

// transaction is a transaction on one connection.
type transaction interface {
	// execute runs a statement with the values of its placeholders.
	execute(ctx context.Context, t *statement, args []any, r *rowReader) (*result, error)
	commit(ctx context.Context) error
	rollback(ctx context.Context)
	// reset removes the state that the statements left in the session of the
	// connection, such as locks and settings. The transaction has ended. An
	// error closes the connection.
	reset(ctx context.Context) error
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
