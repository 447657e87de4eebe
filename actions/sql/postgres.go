package sql

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

func postgresEngine() *engine {
	return &engine{
		title: "PostgreSQL", port: 5432, placeholder: "$1",
		syntax:   syntax{numbered: true, dollarQuote: true},
		parseURL: parsePostgresURL,
		open:     openPostgres,
		explain:  explainPostgres, isStandby: isPostgresStandby, flaw: postgresFlaw,
		mapping: postgresMappings(),
	}
}

func parsePostgresURL(text string) (*target, error) {
	return parseTargetURL(text, []string{"postgres", "postgresql"}, map[string]func(*target, string) bool{
		"sslmode": encryptionByName(map[string]encryption{
			"disable": encryptNever, "prefer": encryptIfOffered, "require": encryptAlways, "verify-full": encryptAndVerify,
		}),
		"application_name": func(t *target, text string) bool { t.application = text; return true },
		"search_path":      func(t *target, text string) bool { t.searchPath = text; return true },
	})
}

// dialTimeout bounds the time to connect.
const dialTimeout = 15 * time.Second

func openPostgres(n *Connection, out surroundings) (*backend, error) {
	// The text overrides every setting that the environment and the user's
	// files could make. The right values are set below, so that no text of a
	// target is parsed as settings.
	c, err := pgx.ParseConfig("host=database.invalid port=5432 user=gateway password=none dbname=gateway sslmode=disable sslcertmode=allow target_session_attrs=any channel_binding=prefer")
	if err != nil {
		return nil, fmt.Errorf("the settings of PostgreSQL in the environment (PG…) can't be read: %w", err)
	}
	t := n.target
	c.Host, c.Port, c.Database, c.User, c.Password = t.host, uint16(t.port), t.database, t.username, t.password //nolint:gosec // the port was checked
	if c.Database == "" {
		c.Database = t.username
	}
	c.TLSConfig, c.Fallbacks, c.ValidateConnect = t.tlsConfig(), nil, nil
	if t.encryption == encryptIfOffered {
		c.Fallbacks = []*pgconn.FallbackConfig{{Host: c.Host, Port: c.Port}}
	}
	c.RuntimeParams = map[string]string{"client_encoding": "UTF8", "application_name": "gateway"}
	if t.application != "" {
		c.RuntimeParams["application_name"] = t.application
	}
	if t.searchPath != "" {
		c.RuntimeParams["search_path"] = t.searchPath
	}
	c.ConnectTimeout = dialTimeout
	// The guard judges names as well as addresses, so it looks the name up
	// itself. A cancel request goes to the address of the connection.
	c.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	c.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return out.dial(ctx, "tcp", t.hostPort()) }
	// The begin of a transaction shows whether a connection is alive.
	connector := stdlib.GetConnector(*c, stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return false }))
	return &backend{connector: connector, begin: beginPostgres}, nil
}

// postgresFlaw refuses statements that need a stream of data.
func postgresFlaw(s *statementShape, _ bool) string {
	if s.first == "COPY" && s.stream {
		return "COPY reads or writes a stream of data, and a statement of a flow has none. INSERT … SELECT … FROM jsonb_to_recordset($1) stores a list of objects."
	}
	return ""
}
