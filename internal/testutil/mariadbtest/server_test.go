package mariadbtest_test

import (
	"os"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/mariadbtest"
)

var shared mariadbtest.Shared

func TestMain(m *testing.M) { os.Exit(shared.Main(m)) }

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	s := shared.Server(t)
	first, second := s.Database(t), s.Database(t)
	if first == second {
		t.Fatalf("two databases have the name %s", first)
	}
	if got := s.Query(t, "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name IN ('"+first+"', '"+second+"')"); got != "2" {
		t.Errorf("%s of 2 databases exist", got)
	}
}

func TestServerWritesEveryCharacter(t *testing.T) {
	t.Parallel()
	s := shared.Server(t)
	if got := s.Query(t, "SELECT default_character_set_name FROM information_schema.schemata WHERE schema_name = '"+s.Database(t)+"'"); got != "utf8mb4" {
		t.Errorf("databases are in %s", got)
	}
}
