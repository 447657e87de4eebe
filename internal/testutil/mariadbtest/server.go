package mariadbtest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Server is a MariaDB server that this process started.
type Server struct {
	folder string
	port   int
	cmd    *exec.Cmd
	over   chan struct{} // closed when it has ended
	log    *tail
	root   *sql.DB // by way of the socket

	certificate string

	mu    sync.Mutex
	names int // of databases that were made
}

// errMissing says that there is no server to start.
var errMissing = errors.New("no MariaDB server found (mariadbd and mariadb-install-db): on Debian run scripts/setup, or apt-get install mariadb-server")

// The account that tests connect by.
const (
	User     = "gateway"
	Password = "pass word:@/?#%ü"
)

// startTime is enough for a new data folder on a busy machine.
const startTime = 2 * time.Minute

// newServer makes a folder with a new server in it and starts it.
func newServer() (*Server, error) {
	server, err := find("mariadbd", "/usr/sbin/mariadbd")
	if err != nil {
		return nil, err
	}
	install, err := find("mariadb-install-db", "/usr/bin/mariadb-install-db")
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "mariadb")
	if err != nil {
		return nil, fmt.Errorf("making a folder for MariaDB: %w", err)
	}
	s := &Server{folder: folder, over: make(chan struct{}), log: &tail{}}
	if err := s.create(install); err != nil {
		s.close()
		return nil, err
	}
	if err := s.start(server); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func find(name, otherwise string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	if _, err := os.Stat(otherwise); err != nil {
		return "", errMissing
	}
	return otherwise, nil
}

// asWho lets the server run as root, which it refuses unless it is told.
func asWho() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=root"}
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) socket() string { return filepath.Join(s.folder, "socket") }

func (s *Server) create(program string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	args := append([]string{"--no-defaults", "--datadir=" + s.data(), "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"}, asWho()...)
	if out, err := exec.CommandContext(ctx, program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db: %w\n%s", err, out)
	}
	return nil
}

func (s *Server) start(program string) error {
	var err error
	if s.port, err = freePort(); err != nil {
		return err
	}
	certificate, err := s.certify()
	if err != nil {
		return err
	}
	args := append([]string{
		"--no-defaults", "--datadir=" + s.data(), "--socket=" + s.socket(), "--port=" + strconv.Itoa(s.port),
		"--pid-file=" + filepath.Join(s.folder, "pid"), "--bind-address=127.0.0.1", "--skip-name-resolve",
		"--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=32M", "--performance-schema=off",
	}, append(asWho(), certificate...)...)
	s.cmd = exec.CommandContext(context.Background(), program, args...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	endWithParent(s.cmd)
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("starting MariaDB: %w", err)
	}
	go func() {
		_ = s.cmd.Wait() // how it ended is in its log
		close(s.over)
	}()
	return s.prepare()
}

// prepare waits until the server takes connections and makes the account.
func (s *Server) prepare() error {
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr, c.Logger = "root", "unix", s.socket(), &mysql.NopLogger{}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return err
	}
	s.root = sql.OpenDB(connector)
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		if err = s.root.PingContext(ctx); err == nil {
			break
		}
		select {
		case <-s.over:
			return fmt.Errorf("MariaDB ended:\n%s", s.log)
		case <-ctx.Done():
			return fmt.Errorf("MariaDB does not start within %v: %w\n%s", startTime, err, s.log)
		case <-again.C:
		}
	}
	_, err = s.root.ExecContext(ctx, fmt.Sprintf("CREATE USER '%s'@'%%' IDENTIFIED BY '%s'", User, Password))
	if err == nil {
		_, err = s.root.ExecContext(ctx, "GRANT ALL ON `test\\_%`.* TO '"+User+"'@'%'")
	}
	return err
}

// freePort returns a port on loopback that nothing listened on just now.
func freePort() (int, error) {
	var listen net.ListenConfig
	l, err := listen.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// close stops the server and removes what it kept.
func (s *Server) close() {
	if s.root != nil {
		_ = s.root.Close()
	}
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill() // nothing of it is needed any more
		<-s.over
	}
	_ = os.RemoveAll(s.folder) // a folder that stays behind spoils no test
}

// tail keeps the end of a log.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// tailSize is how much of it.
const tailSize = 16 << 10

// Write adds to the log.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailSize; over > 0 {
		t.text = bytes.Clone(t.text[over:])
	}
	return len(p), nil
}

// String returns it.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
