package sql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/webhook-gateway/gateway/flow"
)

// TestSQLFailures: the codes of databases decide whether a later attempt can
// succeed.
func TestSQLFailures(t *testing.T) {
	t.Parallel()
	postgres := func(code string) error { return &pgconn.PgError{Code: code, Message: "top-secret"} }
	maria := func(number uint16) error { return &mysql.MySQLError{Number: number, Message: "top-secret"} }
	cases := []struct {
		name     string
		engine   *engine
		err      error
		readOnly bool
		class    flow.Class
		message  string
	}{
		{"a standby", postgresEngine(), postgres("25006"), false, flow.Transient, "takes no writes now"},
		{"a query that writes", postgresEngine(), postgres("25006"), true, flow.Permanent, "use exec"},
		{"a full disk", postgresEngine(), postgres("53100"), false, flow.Transient, "has no space left on its disk"},
		{"too many connections", postgresEngine(), postgres("53300"), false, flow.Transient, "takes no connections now"},
		{"shutting down", postgresEngine(), postgres("57P01"), false, flow.Transient, "takes no connections now"},
		{"no permission", postgresEngine(), postgres("42501"), false, flow.Permanent, "denied the permission"},
		{"serialization", postgresEngine(), postgres("40001"), false, flow.Transient, "conflict"},
		{"a read-only server", mysqlEngine(), maria(1290), false, flow.Transient, "takes no writes now"},
		{"a query that writes", mysqlEngine(), maria(1792), true, flow.Permanent, "use exec"},
		{"a full disk", mysqlEngine(), maria(1021), false, flow.Transient, "has no space left on its disk"},
		{"a full table", mysqlEngine(), maria(1114), false, flow.Transient, "has no space left on its disk"},
	}
	for _, c := range cases {
		t.Run(c.engine.title+" "+c.name, func(t *testing.T) {
			t.Parallel()
			e := c.engine.explain(fmt.Errorf("wrapped: %w", c.err), failurePlace{readOnly: c.readOnly})
			if e.Class != c.class || (e.Class == flow.Transient) != (e.Reason != "") || !strings.Contains(e.Message, c.message) || strings.Contains(e.Message, "secret") {
				t.Errorf("got %+v", e)
			}
		})
	}
}
