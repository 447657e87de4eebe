// Package mariadbtest runs a real MariaDB server for tests.
//
// A test binary starts one server with Main when the first test asks for it,
// and every test takes a database of its own from it. The server listens on
// 127.0.0.1 and on a socket beside its data, stores everything in a folder of
// its own in the folder for temporary files, and ends with the test binary.
//
// If the server cannot be started, the tests fail and say what to install. With
// SKIP_DATABASES=1 in the environment they are skipped.
package mariadbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/webhook-gateway/gateway/internal/testutil/dbserver"
)

// Server is a MariaDB server that this process started.
type Server struct {
	folder      string
	port        int
	process     *dbserver.Process
	root        *sql.DB // uses the socket
	certificate string

	mu        sync.Mutex
	databases int // how many were made
}

// errMissing says that no server is installed.
var errMissing = errors.New("no MariaDB server found (mariadbd and mariadb-install-db): on Debian run scripts/setup, or apt-get install mariadb-server")

// The account of the tests.
const (
	User     = "gateway"
	Password = "pass word:@/?#%ü"
)

// startTimeout is enough for a new data folder on a busy machine.
const startTimeout = 8 * time.Minute

// launch makes a folder with a new server and starts the server.
func launch() (*Server, error) {
	server, err := findProgram("mariadbd", "/usr/sbin/mariadbd")
	if err != nil {
		return nil, err
	}
	install, err := findProgram("mariadb-install-db", "/usr/bin/mariadb-install-db")
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "mariadb")
	if err != nil {
		return nil, fmt.Errorf("making a folder for MariaDB: %w", err)
	}
	s := &Server{folder: folder}
	if err := s.initData(install); err != nil {
		s.close()
		return nil, err
	}
	if err := s.start(server); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// findProgram returns the path of a program: in the PATH, or where Debian
// installs it.
func findProgram(name, debianPath string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	if _, err := os.Stat(debianPath); err != nil {
		return "", errMissing
	}
	return debianPath, nil
}

// userArgs let the server run as root, which it otherwise refuses.
func userArgs() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=root"}
	}
	return nil
}

func (s *Server) dataFolder() string { return filepath.Join(s.folder, "data") }

func (s *Server) socket() string { return filepath.Join(s.folder, "socket") }

func (s *Server) initData(program string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	args := append([]string{"--no-defaults", "--datadir=" + s.dataFolder(), "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"}, userArgs()...)
	if out, err := exec.CommandContext(ctx, program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db: %w\n%s", err, out)
	}
	return nil
}

// start starts the server, and returns when it accepts connections and has the
// account.
func (s *Server) start(program string) error {
	var err error
	if s.port, err = dbserver.FreePort(); err != nil {
		return err
	}
	certificate, err := s.makeCertificate()
	if err != nil {
		return err
	}
	args := append([]string{
		"--no-defaults", "--datadir=" + s.dataFolder(), "--socket=" + s.socket(), "--port=" + strconv.Itoa(s.port),
		"--pid-file=" + filepath.Join(s.folder, "pid"), "--bind-address=127.0.0.1", "--skip-name-resolve",
		"--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=32M", "--performance-schema=off", "--connect-timeout=600", // for a client on a busy machine
	}, append(userArgs(), certificate...)...)
	cmd := exec.CommandContext(context.Background(), program, args...)
	if s.process, err = dbserver.Start(cmd, "ready for connections", syscall.SIGKILL); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	select {
	case <-s.process.Ready:
	case <-s.process.Ended:
		return fmt.Errorf("MariaDB ended:\n%s", s.process.Log())
	case <-ctx.Done():
		return fmt.Errorf("MariaDB does not start within %v:\n%s", startTimeout, s.process.Log())
	}
	return s.makeAccount(ctx)
}

// makeAccount connects as root and makes the account of the tests.
func (s *Server) makeAccount(ctx context.Context) error {
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr, c.Logger = "root", "unix", s.socket(), &mysql.NopLogger{}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return err
	}
	s.root = sql.OpenDB(connector)
	_, err = s.root.ExecContext(ctx, fmt.Sprintf("CREATE USER '%s'@'%%' IDENTIFIED BY '%s'", User, Password))
	if err == nil {
		_, err = s.root.ExecContext(ctx, "GRANT ALL ON `test\\_%`.* TO '"+User+"'@'%'")
	}
	return err
}

// close stops the server and deletes its folder.
func (s *Server) close() {
	if s.root != nil {
		_ = s.root.Close()
	}
	if s.process != nil {
		s.process.End(syscall.SIGKILL) // its data is not needed again
	}
	_ = os.RemoveAll(s.folder) // a folder that stays does not affect other tests
}
