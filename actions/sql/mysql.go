package sql

import (
	"context"
	"database/sql"
	"net"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/webhook-gateway/gateway/internal/clock"
)

func mysqlEngine() *engine {
	return &engine{
		title: "MySQL", port: 3306, placeholder: "?",
		syntax:   syntax{question: true, backslash: true, backtick: true, hash: true},
		parseURL: parseMySQLURL,
		open:     openMySQL,
		explain:  explainMySQL, isStandby: isMySQLStandby, flaw: mysqlFlaw, commits: commitsInMySQL,
		mapping: mysqlMappings(),
	}
}

func parseMySQLURL(text string) (*target, error) {
	return parseTargetURL(text, []string{"mysql", "mariadb"}, map[string]func(*target, string) bool{
		"tls": encryptionByName(map[string]encryption{
			"false": encryptNever, "preferred": encryptIfOffered, "skip-verify": encryptAlways, "true": encryptAndVerify,
		}),
	})
}

func openMySQL(n *Connection, out surroundings) (*backend, error) {
	t := n.target
	c := mysql.NewConfig()
	c.User, c.Passwd, c.DBName, c.Net, c.Addr = t.username, t.password, t.database, "tcp", t.hostPort()
	c.TLS, c.AllowFallbackToPlaintext = t.tlsConfig(), t.encryption == encryptIfOffered
	c.Timeout, c.Logger = dialTimeout, &mysql.NopLogger{}
	c.ClientFoundRows = true
	c.Params = map[string]string{"time_zone": "'+00:00'"} // times arrive in UTC
	c.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return out.dial(ctx, "tcp", t.hostPort()) }
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, errMySQLSettings
	}
	k := &statementKiller{pool: sql.OpenDB(connector), clock: out.clock}
	k.pool.SetMaxOpenConns(2)
	k.pool.SetConnMaxIdleTime(maxIdleTime)
	return &backend{connector: connector, begin: k.begin, close: func() { _ = k.pool.Close() }}, nil
}

// statementKiller ends statements on the server when their context ends: the
// driver only closes the connection, and the server would continue.
type statementKiller struct {
	pool  *sql.DB
	clock clock.Clock
}

// killTimeout bounds the time to end a statement.
const killTimeout = 5 * time.Second

func (k *statementKiller) begin(ctx context.Context, c *sql.Conn, readOnly bool) (transaction, error) {
	var id uint64
	if err := c.QueryRowContext(ctx, "SELECT CONNECTION_ID()").Scan(&id); err != nil {
		return nil, err
	}
	tx, err := c.BeginTx(ctx, &sql.TxOptions{ReadOnly: readOnly})
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() {
		limited, cancel := clock.WithTimeout(context.WithoutCancel(ctx), k.clock, killTimeout)
		defer cancel()
		// If this fails, the server ends the statement when it notices the
		// closed connection.
		_, _ = k.pool.ExecContext(limited, "KILL QUERY "+strconv.FormatUint(id, 10))
	})
	return &mysqlTx{driverTx: driverTx{tx: tx, argument: mysqlArgument, column: mysqlColumn}, stopKiller: stop}, nil
}
