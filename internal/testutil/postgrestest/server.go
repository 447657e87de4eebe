// Package postgrestest runs real PostgreSQL servers for tests.
//
// A test binary starts one server with Main, and every test takes a database of
// its own from it. A test that kills the server starts one for itself. Servers
// listen on 127.0.0.1 and on a socket beside their data, store everything in a
// folder of their own in the folder for temporary files, and end with the test
// binary, even if it is killed.
//
// If no server can be started, the tests fail and say what to install. With
// SKIP_DATABASES=1 in the environment they are skipped.
package postgrestest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/dbserver"
)

// Server is a PostgreSQL server that this process started.
type Server struct {
	programs string
	folder   string
	port     int
	account  account

	settings []string // NAME=VALUE, beside those of every server

	mu        sync.Mutex
	running   *dbserver.Process // nil while the server is stopped
	databases int               // how many were made
}

// Start starts a server for one test, which stops with it.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := Launch()
	if err != nil {
		dbserver.Fail(t, err)
	}
	t.Cleanup(s.Close)
	return s
}

// Launch makes a folder with a new server and starts the server, for programs
// that are no tests. They close it. A setting is NAME=VALUE. Launch returns
// ErrMissing if no server is installed.
func Launch(settings ...string) (*Server, error) {
	programs, err := findPrograms()
	if err != nil {
		return nil, err
	}
	account, err := findAccount()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "postgres")
	if err != nil {
		return nil, fmt.Errorf("making a folder for PostgreSQL: %w", err)
	}
	s := &Server{programs: programs, folder: folder, account: account, settings: settings}
	if err := s.initData(); err != nil {
		s.Close()
		return nil, err
	}
	if err := s.start(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// initData makes the data folder of the server, and chooses its port.
func (s *Server) initData() error {
	if err := s.account.takeFolder(s.folder); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(s.programs, "initdb"), "--pgdata", s.dataFolder(), "--username", owner,
		"--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	s.account.applyTo(cmd)
	cmd.Dir = s.folder
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if err := s.writeAccessRules(); err != nil {
		return err
	}
	port, err := dbserver.FreePort()
	s.port = port
	return err
}

// Locked is a role that needs its password to connect. Tests that use it make
// it. All other roles connect without a password.
const Locked = "locked"

// writeAccessRules writes pg_hba.conf. The first rule that fits a connection
// counts.
func (s *Server) writeAccessRules() error {
	rules := "local all all trust\nhost all " + Locked + " 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
	if err := os.WriteFile(filepath.Join(s.dataFolder(), "pg_hba.conf"), []byte(rules), 0o600); err != nil {
		return fmt.Errorf("writing the access rules of PostgreSQL: %w", err)
	}
	return nil
}

func (s *Server) dataFolder() string { return filepath.Join(s.folder, "data") }

// owner is the role that owns everything.
const owner = "gateway"

// Start starts a server that was stopped or killed, on the same port, and
// returns when it accepts connections.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

// start tries again if the server ends, because processes of a killed server may
// still use its data.
func (s *Server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for {
		p, err := s.startProcess()
		if err != nil {
			return err
		}
		select {
		case <-p.Ready:
			s.running = p
			return nil
		case <-p.Ended:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			p.End(syscall.SIGKILL)
			return fmt.Errorf("PostgreSQL does not start within %v:\n%s", startTimeout, p.Log())
		}
	}
}

// startTimeout is enough for the recovery after a kill on a busy machine.
const startTimeout = 8 * time.Minute

func (s *Server) startProcess() (*dbserver.Process, error) {
	cmd := exec.CommandContext(context.Background(), filepath.Join(s.programs, "postgres"), "-D", s.dataFolder(), "-p", strconv.Itoa(s.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+s.folder,
		"-c", "max_connections=200", "-c", "log_min_messages=warning", "-c", "lc_messages=C", "-c", "logging_collector=off")
	for _, setting := range s.settings {
		cmd.Args = append(cmd.Args, "-c", setting)
	}
	s.account.applyTo(cmd)
	cmd.Dir = s.folder
	return dbserver.Start(cmd, "ready to accept connections", syscall.SIGQUIT)
}

// Kill ends the server at once, as kill -9 does.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Stop shuts the server down, which breaks all connections.
func (s *Server) Stop() { s.end(syscall.SIGINT) }

func (s *Server) end(how syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running != nil {
		s.running.End(how)
		s.running = nil
	}
}

// Close stops the server and deletes its folder.
func (s *Server) Close() {
	s.Stop()
	_ = os.RemoveAll(s.folder) // a folder that stays does not affect other tests
}

// Log returns the last lines that the running server wrote.
func (s *Server) Log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil {
		return ""
	}
	return s.running.Log()
}

// URL returns the URL of a database, with the loopback address.
func (s *Server) URL(database string) string { return s.URLOf(url.User(owner), database) }

// URLOf returns the URL of a database for a user.
func (s *Server) URLOf(user *url.Userinfo, database string) string {
	u := url.URL{Scheme: "postgres", User: user, Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), Path: database}
	u.RawQuery = "sslmode=disable"
	return u.String()
}

// SocketURL returns the URL of a database, with the server's socket.
func (s *Server) SocketURL(database string) string {
	q := url.Values{"host": {s.folder}, "port": {strconv.Itoa(s.port)}, "user": {owner}}
	return "postgres:///" + database + "?" + q.Encode()
}
