package sql

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
)

func TestSQLPoolIsShared(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	n := &Connection{driver: driverSQLite, engine: sqliteEngine(), target: &target{database: filepath.Join(folder, "a.db")}, maxConnections: 4}
	var pool flow.Pool
	first, second := pool.Lease(flow.Settings{Clock: clock.System{}, AllowPaths: []string{folder}}), pool.Lease(flow.Settings{Clock: clock.System{}, AllowPaths: []string{folder}})
	one, err1 := openDatabase(first, n)
	two, err2 := openDatabase(second, n)
	if err1 != nil || err2 != nil || one != two {
		t.Fatalf("got %p and %p (%v, %v)", one, two, err1, err2)
	}
	first.Close()
	if err := one.pool.PingContext(t.Context()); err != nil {
		t.Errorf("closed while it is used: %v", err)
	}
	second.Close()
	if err := one.pool.PingContext(t.Context()); err == nil {
		t.Error("it is open after the last one let go")
	}
}

// TestSQLiteOutsideOfFolders: a file outside of the allowed folders is refused
// when the database is opened.
func TestSQLiteOutsideOfFolders(t *testing.T) {
	t.Parallel()
	allowed, other := t.TempDir(), t.TempDir()
	for _, n := range []*Connection{{target: &target{database: filepath.Join(other, "x.db")}}, {target: &target{database: "../x.db"}}} {
		if _, err := openSQLite(n, surroundings{folders: []string{allowed}}); err == nil || !strings.Contains(err.Error(), "--allow-path") {
			t.Errorf("%s: %v", n.target.database, err)
		}
		if _, err := openSQLite(n, surroundings{}); err == nil || !strings.Contains(err.Error(), "--allow-path") {
			t.Errorf("without folders: %v", err)
		}
	}
}
