package mariadbtest

import (
	"context"
	"fmt"
	"sync"
	"testing"

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
	defer s.Close()
	return m.Run()
}

// Close stops the server. A TestMain that does not call Main calls it.
func (s *Shared) Close() {
	if s.server != nil {
		s.server.close()
	}
}

// Server returns the server. If it cannot be started, the test ends; see
// dbserver.Fail.
func (s *Shared) Server(t testing.TB) *Server {
	t.Helper()
	s.once.Do(func() { s.server, s.err = launch() })
	if s.err != nil {
		dbserver.Fail(t, s.err)
	}
	return s.server
}

// Port returns the port on which the server listens on 127.0.0.1.
func (s *Server) Port() int { return s.port }

// Database makes an empty database, which is dropped after the test, and
// returns its name.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	s.mu.Lock()
	s.databases++
	name := fmt.Sprintf("test_%d", s.databases)
	s.mu.Unlock()
	if err := s.execute("CREATE DATABASE " + name + " CHARACTER SET utf8mb4"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.execute("DROP DATABASE " + name); err != nil {
			t.Error(err)
		}
	})
	return name
}

// Query executes a statement as root, and returns the only value of its result.
func (s *Server) Query(t testing.TB, statement string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	var out string
	if err := s.root.QueryRowContext(ctx, statement).Scan(&out); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return out
}

func (s *Server) execute(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if _, err := s.root.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
