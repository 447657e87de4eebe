package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/store/sqlite"
)

// writeOldFile writes a file with the tables before a migration.
func writeOldFile(t *testing.T, before string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for version, name := range files {
		if filepath.Base(name) >= before {
			fmt.Fprintf(&text, "PRAGMA application_id = %d; PRAGMA user_version = %d;", 0x67776462, version)
			break
		}
		statements, err := os.ReadFile(name) //nolint:gosec // a file of the package
		if err != nil {
			t.Fatal(err)
		}
		text.Write(append(statements, ";\n"...))
	}
	execFile(t, filepath.Join(dir, sqlite.FileName), text.String())
	return dir
}

// A key without flows was a key for all of them. It still is after an upgrade, and each
// gateway reads the keys again.
func TestOldKeysKeepTheirFlows(t *testing.T) {
	t.Parallel()
	dir := writeOldFile(t, "0012_all_flows.sql")
	execFile(t, filepath.Join(dir, sqlite.FileName), `INSERT INTO api_keys (hash, name, hint, flows, created) VALUES
  (x'0101010101010101010101010101010101010101010101010101010101010101', 'all', 'gwk_a', '[]', 1000),
  (x'0202020202020202020202020202020202020202020202020202020202020202', 'one', 'gwk_b', '["orders"]', 1000)`)
	list, err := sqlite.OpenAt(t, dir).ListAPIKeys(t.Context())
	if err != nil || len(list.Keys) != 2 || list.Version != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if all, one := list.Keys[0], list.Keys[1]; !all.AllFlows || len(all.Flows) > 0 || one.AllFlows || len(one.Flows) != 1 || one.Flows[0] != "orders" {
		t.Errorf("%+v", list.Keys)
	}
}
