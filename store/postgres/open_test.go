package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/postgrestest"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
)

// openError opens a store that cannot be opened, and returns the error.
func openError(t *testing.T, url string) error {
	t.Helper()
	s, err := postgres.Open(t.Context(), url, postgres.Options{Clock: clock.System{}})
	if err == nil {
		_ = s.Close()
		t.Fatal("the store was opened")
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has several lines: %v", err)
	}
	return err
}

const password = "s3cr3t:w0rd"

// TestOpenErrors opens stores that cannot be opened. The errors say the cause and
// the remedy, and never show the password.
func TestOpenErrors(t *testing.T) {
	t.Parallel()
	s := postgrestest.Start(t)
	admin := s.Database(t)
	name := strings.Split(strings.TrimPrefix(mustParse(t, admin).Path, "/"), "?")[0]
	execute(t, admin,
		"CREATE ROLE "+postgrestest.Locked+" LOGIN PASSWORD '"+password+"'", "GRANT CREATE ON DATABASE "+name+" TO "+postgrestest.Locked,
		"CREATE ROLE guest LOGIN", "CREATE ROLE reader LOGIN", "CREATE ROLE late LOGIN",
		"CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0", "CREATE DATABASE frozen", "ALTER DATABASE frozen SET default_transaction_read_only = on")
	// The user reader may read the schema of another user, but not write.
	open(t, admin)
	execute(t, admin, "GRANT USAGE ON SCHEMA gateway TO reader", "GRANT SELECT ON ALL TABLES IN SCHEMA gateway TO reader")
	open(t, admin+"&search_path=newer")
	execute(t, admin, "INSERT INTO newer.versions VALUES (99, now())")

	as := func(user string) string { return s.URLOf(url.UserPassword(user, password), name) }
	closed := mustParse(t, admin)
	closed.Host, closed.User = closedPort(t), url.UserPassword("gateway", password)
	for _, c := range []struct{ name, url, want string }{
		{"wrong password", s.URLOf(url.UserPassword(postgrestest.Locked, password+"!"), name), `refuses the user "locked" (password authentication failed for user "locked"): check the password in the URL`},
		{"no such database", s.URLOf(url.UserPassword("gateway", password), "nowhere"), `has no database "nowhere": make it with CREATE DATABASE`},
		{"unreachable", closed.String(), "PostgreSQL at " + closed.Host + " can't be reached (connect: connection refused): check that it runs"},
		{"without TLS", s.URLOf(url.UserPassword("gateway", password), name) + "&sslmode=require", "can't be reached ("},
		{"no rights", as("guest"), `the user "guest" lacks privileges that the store needs (permission denied for database ` + name + `): give it a schema with CREATE SCHEMA "gateway" AUTHORIZATION "guest"`},
		{"no rights to write", as("reader"), `the user "reader" lacks privileges that the store needs (permission denied for table api_keys)`},
		{"newer schema", admin + "&search_path=newer", "the store was made by a newer version: its tables have version 99, this program knows "},
		{"other encoding", s.URL("latin"), `the database "latin" has the encoding LATIN1; the store needs one with UTF8`},
		{"read-only", s.URL("frozen"), "can't be written to (its transactions are read-only): name the primary server"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := openError(t, c.url)
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is\n%v, want\n%s", err, c.want)
			}
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error shows the password: %v", err)
			}
			if got := errors.Is(err, store.ErrNewer); got != (c.name == "newer schema") {
				t.Errorf("ErrNewer: %v", got)
			}
		})
	}
	open(t, as(postgrestest.Locked)+"&search_path=mine") // the right password
}

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// closedPort returns an address on which no program listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// TestOpenHidesThePassword opens URLs that cannot be parsed, or that a parser may
// split at other places than the user meant.
func TestOpenHidesThePassword(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"postgres://gateway:s3cr3t/w@127.0.0.1:1/db", "postgres://gateway:1234/s3cr3t@127.0.0.1:1/db", "postgres://gateway:s3cr3t#w@127.0.0.1:1/db",
		"postgres://gateway:1?s3cr3t@127.0.0.1:1/db", "postgres://gateway:s3cr3t@w@127.0.0.1:1/db", "postgres://gateway:s3cr3t%zz@127.0.0.1:1/db",
		"postgres://gateway:s3cr3t@127.0.0.1:port/db", "postgres://gateway:s3cr3t@127.0.0.1:1/db?sslmode=s3cr3t", "postgres://s3cr3t w:x@127.0.0.1:1/db",
		"postgres://gateway@127.0.0.1:1/db?password=s3cr3t&sslmode=nonsense", "postgres://gateway@127.0.0.1:1/db?password=s3cr3t&connect_timeout=s3cr3t",
		"postgres://gateway:%733cr3t@127.0.0.1:1/db?connect_timeout=s3cr3t", "host=127.0.0.1 password=s3cr3t", "s3cr3t", "",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if err := openError(t, text); strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

// TestOpenAtOnce opens a new database several times at once.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	url := server.Database(t)
	errs := make(chan error)
	for range 8 {
		go func() {
			s, err := postgres.Open(context.Background(), url, postgres.Options{Clock: clock.System{}})
			if err == nil {
				err = errors.Join(s.Ping(context.Background()), s.Close())
			}
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// TestOlderSchema updates the tables of an earlier version, and says so.
func TestOlderSchema(t *testing.T) {
	t.Parallel()
	url := server.Database(t)
	reopen := func() (warnings []string) {
		o := postgres.Options{Clock: clock.System{}, Warn: func(message string) { warnings = append(warnings, message) }}
		s, err := postgres.Open(t.Context(), url, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return warnings
	}
	if got := reopen(); len(got) > 0 {
		t.Errorf("of new tables it warned of %q", got)
	}
	execute(t, url, "DROP INDEX gateway.runs_reason, gateway.runs_key, gateway.runs_flow_reason", "DELETE FROM gateway.versions WHERE version >= 19")
	if got := reopen(); fmt.Sprint(got) != "["+store.UpdatesTables+"]" {
		t.Errorf("it warned of %q", got)
	}
	execute(t, url, "DROP INDEX gateway.runs_reason") // it is there again
	if got := reopen(); len(got) > 0 {
		t.Errorf("of updated tables it warned of %q", got)
	}
}
