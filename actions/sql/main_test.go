package sql_test

import (
	"os"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/mariadbtest"
	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
)

// The servers of all tests that need one; they start when the first asks.
var (
	postgres postgrestest.Shared
	mariadb  mariadbtest.Shared
)

func TestMain(m *testing.M) {
	code := postgres.Main(m)
	mariadb.Close()
	os.Exit(code)
}
