package postgrestest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/internal/testutil/dbserver"
)

// Shared is one server for all tests of a binary, started when the first asks
// for it. Declare a variable of it in the test package, and run the tests with
// its Main. The zero value is ready for use.
type Shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Main runs the tests and then stops the server. Call it from TestMain, and end
// the process with its result.
func (s *Shared) Main(m *testing.M) int {
	defer func() {
		if s.server != nil {
			s.server.Close()
		}
	}()
	return m.Run()
}

// Server returns the server. If none can be started, the test ends; see
// dbserver.Fail.
func (s *Shared) Server(t testing.TB) *Server {
	t.Helper()
	s.once.Do(func() { s.server, s.err = Launch() })
	if s.err != nil {
		dbserver.Fail(t, s.err)
	}
	return s.server
}

// Database makes a database for the test and returns its URL.
func (s *Shared) Database(t testing.TB) string {
	t.Helper()
	return s.Server(t).Database(t)
}

// Database makes an empty database, which is dropped after the test, and
// returns its URL.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	s.databases++
	name := fmt.Sprintf("test_%d", s.databases)
	s.mu.Unlock()
	if err := s.execute("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// If the test stopped the server, its folder is deleted anyway.
		_ = s.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)")
	})
	return s.URL(name)
}

func (s *Server) execute(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.SocketURL("postgres"))
	if err != nil {
		return fmt.Errorf("connecting to PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }() // nothing depends on its result
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
