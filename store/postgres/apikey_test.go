package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// makeOldSchema makes the tables before a migration.
func makeOldSchema(t *testing.T, url, before string) {
	t.Helper()
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	statements := []string{"CREATE SCHEMA gateway", "SET search_path = gateway", "CREATE TABLE versions (version int PRIMARY KEY, applied timestamptz NOT NULL)"}
	for i, name := range files {
		if filepath.Base(name) >= before {
			break
		}
		text, err := os.ReadFile(name) //nolint:gosec // a file of the package
		if err != nil {
			t.Fatal(err)
		}
		statements = append(statements, string(text), fmt.Sprintf("INSERT INTO versions VALUES (%d, now())", i+1))
	}
	execute(t, url, statements...)
}

// A key without flows was a key for all of them. It still is after an upgrade, and each
// gateway reads the keys again.
func TestOldKeysKeepTheirFlows(t *testing.T) {
	t.Parallel()
	url := server.Database(t)
	makeOldSchema(t, url, "0014_all_flows.sql")
	execute(t, url, `INSERT INTO gateway.api_keys (hash, name, hint, flows, created) VALUES
  (sha256('a'), 'all', 'gwk_a', '{}', now()), (sha256('b'), 'one', 'gwk_b', '{orders}', now())`)
	list, err := open(t, url).ListAPIKeys(t.Context())
	if err != nil || len(list.Keys) != 2 || list.Version != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if all, one := list.Keys[0], list.Keys[1]; !all.AllFlows || len(all.Flows) > 0 || one.AllFlows || len(one.Flows) != 1 || one.Flows[0] != "orders" {
		t.Errorf("%+v", list.Keys)
	}
}
