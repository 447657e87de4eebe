package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"modernc.org/sqlite"
)

// conn is a connection with its prepared statements. It does not use
// database/sql: one goroutine at a time owns it, so the locks of a pool and its
// conversions would only cost time.
type conn struct {
	raw   driver.Conn
	stmts map[string]*stmt
}

// openConn opens a connection to a file.
func openConn(dsn string) (*conn, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	raw, err := connector.Connect(context.Background())
	if err != nil {
		return nil, err
	}
	return &conn{raw: raw, stmts: map[string]*stmt{}}, nil
}

func (c *conn) close() error {
	for _, s := range c.stmts {
		_ = s.raw.Close()
	}
	return c.raw.Close()
}

// execScript executes statements that are used once.
func (c *conn) execScript(text string) error {
	e, ok := c.raw.(driver.ExecerContext)
	if !ok {
		return errors.New("the driver can't execute scripts")
	}
	_, err := e.ExecContext(context.Background(), text, nil)
	return err
}

// prepared returns the prepared statement of a text, which is a constant.
func (c *conn) prepared(text string) (*stmt, error) {
	if s, ok := c.stmts[text]; ok {
		return s, nil
	}
	s, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	c.stmts[text] = s
	return s, nil
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
	return &stmt{raw: raw, execer: exe, queryer: ask}, nil
}

// rowFunc takes a row of a result. It may keep the values, but not the slice.
// Its error ends the query; errStopRows ends it without an error.
type rowFunc func([]driver.Value) error

var errStopRows = errors.New("no more rows are needed")

// stmt is a prepared statement.
type stmt struct {
	raw     driver.Stmt
	execer  driver.StmtExecContext
	queryer driver.StmtQueryContext
	args    []driver.NamedValue // reused by each call
}

// exec executes the statement and returns how many rows it changed.
func (s *stmt) exec(args []driver.Value) (int64, error) {
	defer s.releaseArgs()
	r, err := s.execer.ExecContext(context.Background(), s.bindArgs(args))
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// query executes the statement and calls each with the rows of its result.
func (s *stmt) query(ctx context.Context, each rowFunc, args []driver.Value) (err error) {
	defer s.releaseArgs()
	rows, err := s.queryer.QueryContext(ctx, s.bindArgs(args))
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
		err := rows.Next(values)
		if err == nil {
			err = each(values)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, errStopRows) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *stmt) bindArgs(args []driver.Value) []driver.NamedValue {
	s.args = s.args[:0]
	for i, v := range args {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return s.args
}

// releaseArgs drops references to bodies, which may be large.
func (s *stmt) releaseArgs() { clear(s.args) }
