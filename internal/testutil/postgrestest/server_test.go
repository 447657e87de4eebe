package postgrestest_test

import (
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
)

var shared postgrestest.Shared

func TestMain(m *testing.M) { os.Exit(shared.Main(m)) }

func setting(t *testing.T, url, name string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var value string
	if err := conn.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestServerIsDurable(t *testing.T) {
	t.Parallel()
	url := shared.Database(t)
	for name, want := range map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "server_encoding": "UTF8"} {
		if got := setting(t, url, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	for range 2 {
		conn, err := pgx.Connect(t.Context(), shared.Database(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "CREATE TABLE mine (n int)"); err != nil {
			t.Error(err)
		}
		if err := conn.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestKilledServerKeepsCommittedRows(t *testing.T) {
	t.Parallel()
	s := postgrestest.Start(t)
	url := s.Database(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 1 AS n"); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if _, err := conn.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("a connection outlives the server")
	}
	if _, err := pgx.Connect(t.Context(), url); err == nil {
		t.Error("a killed server takes connections")
	}
	s.Start(t)
	after, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = after.Close(t.Context()) }()
	var n int
	if err := after.QueryRow(t.Context(), "SELECT n FROM kept").Scan(&n); err != nil || n != 1 {
		t.Errorf("kept %d, %v; want 1", n, err)
	}
}
