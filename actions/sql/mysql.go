package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"encoding/json"
	"net"
	"strconv"
	"strings"
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
		argument: func(v any) (any, error) { return convertArgument(v, decimalText) },
		column:   mysqlColumn,
		explain:  explainMySQL,
	}
}

// decimalText passes a number as text: the server converts it to the type of
// the column, so that no digit is lost.
func decimalText(text string) any { return text }

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
	c.ParseTime, c.ClientFoundRows = true, true
	c.Params = map[string]string{"time_zone": "'+00:00'"} // times arrive in UTC
	c.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return out.dial(ctx, "tcp", t.hostPort()) }
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, errMySQLSettings
	}
	k := &statementKiller{pool: sql.OpenDB(connector), clock: out.clock}
	k.pool.SetMaxOpenConns(2)
	k.pool.SetConnMaxIdleTime(maxIdleTime)
	return &backend{connector: connector, prepare: k.watchConnection, close: func() { _ = k.pool.Close() }}, nil
}

// statementKiller ends statements on the server when their context ends: the
// driver only closes the connection, and the server would go on.
type statementKiller struct {
	pool  *sql.DB
	clock clock.Clock
}

// killTimeout bounds the time to end a statement.
const killTimeout = 5 * time.Second

func (k *statementKiller) watchConnection(ctx context.Context, c *sql.Conn, _ bool) (func(), error) {
	var id uint64
	if err := c.QueryRowContext(ctx, "SELECT CONNECTION_ID()").Scan(&id); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() {
		limited, cancel := clock.WithTimeout(context.WithoutCancel(ctx), k.clock, killTimeout)
		defer cancel()
		// If this fails, the server ends the statement when it notices the
		// closed connection.
		_, _ = k.pool.ExecContext(limited, "KILL QUERY "+strconv.FormatUint(id, 10))
	})
	return func() {
		if !stop() {
			// The kill may arrive late, so this connection must not be reused.
			_ = c.Raw(func(any) error { return driver.ErrBadConn })
		}
	}, nil
}

// mysqlColumn returns the reader of a column by MySQL's types.
func mysqlColumn(t *sql.ColumnType) func(any) (any, error) {
	switch name := t.DatabaseTypeName(); name {
	case "DECIMAL":
		return decimalColumn
	case "JSON":
		return jsonColumn
	case "DATE":
		return mysqlTime(dateColumn)
	case "DATETIME", "TIMESTAMP":
		return mysqlTime(plainColumn)
	case "BIT":
		return bitColumn
	case "GEOMETRY", "BINARY", "VARBINARY":
		return bytesColumn
	default:
		if strings.HasSuffix(name, "BLOB") {
			return bytesColumn
		}
		return plainColumn
	}
}

// mysqlTime reads the date 0000-00-00, which is MySQL's way to say none, as
// null.
func mysqlTime(read func(any) (any, error)) func(any) (any, error) {
	return func(v any) (any, error) {
		if t, ok := v.(time.Time); ok && t.IsZero() {
			return nil, nil
		}
		return read(v)
	}
}

// bitColumn reads up to 64 bits as a number.
func bitColumn(v any) (any, error) {
	b, ok := v.([]byte)
	if !ok || len(b) > 8 {
		return plainColumn(v)
	}
	var whole [8]byte
	copy(whole[8-len(b):], b)
	return json.Number(strconv.FormatUint(binary.BigEndian.Uint64(whole[:]), 10)), nil
}
