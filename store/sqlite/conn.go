package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// conn is a connection without database/sql around it: one goroutine owns it,
// so the pool, its locks and the contexts would only cost.
type conn struct {
	raw driver.Conn
}

// dial opens a connection to a file.
func dial(dsn string) (*conn, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	raw, err := connector.Connect(context.Background())
	if err != nil {
		return nil, err
	}
	return &conn{raw: raw}, nil
}

func (c *conn) close() error { return c.raw.Close() }

// exec runs statements that are used once.
func (c *conn) exec(text string) error {
	e, ok := c.raw.(driver.ExecerContext)
	if !ok {
		return errors.New("the driver can't execute statements")
	}
	_, err := e.ExecContext(context.Background(), text, nil)
	return err
}

// stmt is a prepared statement.
type stmt struct {
	raw  driver.Stmt
	exe  driver.StmtExecContext
	ask  driver.StmtQueryContext
	args []driver.NamedValue // used again by each call
}

func (c *conn) prepare(text string) (*stmt, error) {
	raw, err := c.raw.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("preparing %q: %w", text, err)
	}
	exe, ok1 := raw.(driver.StmtExecContext)
	ask, ok2 := raw.(driver.StmtQueryContext)
	if !ok1 || !ok2 {
		return nil, errors.New("the driver's statements know no contexts")
	}
	return &stmt{raw: raw, exe: exe, ask: ask}, nil
}

// exec runs the statement and returns how many rows it changed.
func (s *stmt) exec(args ...driver.Value) (int64, error) {
	defer s.forget()
	r, err := s.exe.ExecContext(context.Background(), s.named(args))
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// query runs the statement and calls row with each row of its result, which is
// the callee's to keep, but for the slice.
func (s *stmt) query(row func([]driver.Value) error, args ...driver.Value) (err error) {
	defer s.forget()
	rows, err := s.ask.QueryContext(context.Background(), s.named(args))
	if err != nil {
		return err
	}
	defer func() {
		if closed := rows.Close(); err == nil {
			err = closed
		}
	}()
	values := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(values); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := row(values); err != nil {
			return err
		}
	}
}

func (s *stmt) named(args []driver.Value) []driver.NamedValue {
	s.args = s.args[:0]
	for i, v := range args {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return s.args
}

func (s *stmt) close() error { return s.raw.Close() }

// forget lets go of bodies, which may be large.
func (s *stmt) forget() { clear(s.args) }

// code returns SQLite's result code without its details, or 0.
func code(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff
}

// taken tells whether a unique key was there already.
func taken(err error) bool { return code(err) == codes.SQLITE_CONSTRAINT }

// trouble tells whether an error is of the storage, not of what was asked: the
// next attempt may go better.
func trouble(err error) bool {
	switch code(err) {
	case codes.SQLITE_FULL, codes.SQLITE_IOERR, codes.SQLITE_CANTOPEN, codes.SQLITE_READONLY, codes.SQLITE_BUSY,
		codes.SQLITE_LOCKED, codes.SQLITE_NOMEM, codes.SQLITE_NOTADB, codes.SQLITE_PROTOCOL,
		codes.SQLITE_PERM, codes.SQLITE_AUTH, codes.SQLITE_INTERNAL, codes.SQLITE_ABORT, codes.SQLITE_INTERRUPT:
		return true
	}
	return false
}

// damaged tells whether a place in the file can't be read. It is no trouble for
// operations that don't go there.
func damaged(err error) bool { return code(err) == codes.SQLITE_CORRUPT }
