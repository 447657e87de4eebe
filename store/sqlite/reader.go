package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"

	"github.com/webhook-gateway/gateway/store"
)

// readConnections is how many reads go on at once.
const readConnections = 4

// readers are the connections that read. Each waits in the channel until it is
// needed; one that is nil has to be opened first.
type readers struct {
	dsn  string
	free chan *conn

	mu     sync.RWMutex // held for reading while a connection is in use
	closed bool
}

func newReaders(dsn string) *readers {
	r := &readers{dsn: dsn, free: make(chan *conn, readConnections)}
	for range readConnections {
		r.free <- nil
	}
	return r
}

// use has f called with a connection that shows one state of the file
// throughout, which nobody changes meanwhile.
func (r *readers) withView(ctx context.Context, f func(*view) error) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed {
		return store.ErrClosed
	}
	var c *conn
	select {
	case c = <-r.free:
	case <-ctx.Done():
		return ctx.Err()
	}
	c, err := r.runView(ctx, c, f)
	r.free <- c
	if done := ctx.Err(); err != nil && done != nil {
		return done
	}
	return wrapUnavailable(err)
}

// read returns the connection to be used next: nil where this one is broken.
func (r *readers) runView(ctx context.Context, c *conn, f func(*view) error) (*conn, error) {
	if c == nil {
		var err error
		if c, err = openConn(r.dsn); err != nil {
			return nil, err
		}
	}
	v := &view{ctx: ctx, conn: c}
	if err := v.exec("BEGIN"); err != nil {
		return nil, errors.Join(err, c.close())
	}
	err := f(v)
	// Nothing was written, so an end that fails changes nothing: SQLite says
	// there once more that it has met a damaged page.
	if end := v.exec("COMMIT"); end != nil || isUnavailable(err) {
		return nil, errors.Join(err, c.close())
	}
	return c, err
}

// close waits for the reads that are under way.
func (r *readers) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	var errs []error
	for range readConnections {
		if c := <-r.free; c != nil {
			errs = append(errs, c.close())
		}
	}
	return errors.Join(errs...)
}

// view is one state of the file.
type view struct {
	ctx  context.Context
	conn *conn
}

func (v *view) exec(text string) error {
	s, err := v.conn.prepared(text)
	if err != nil {
		return err
	}
	_, err = s.exec(nil)
	return err
}

// query reads with a statement whose text is a constant.
func (v *view) query(text string, each rowFunc, args ...driver.Value) error {
	s, err := v.conn.prepared(text)
	if err != nil {
		return err
	}
	return s.query(v.ctx, each, args)
}

// queryMade reads with a statement whose text was made for the occasion.
func (v *view) queryOnce(text string, each rowFunc, args []driver.Value) error {
	s, err := v.conn.prepare(text)
	if err != nil {
		return err
	}
	return errors.Join(s.query(v.ctx, each, args), s.raw.Close())
}

// one reads a single row, and tells whether there is one.
func (v *view) queryRow(text string, each func([]driver.Value), args ...driver.Value) (bool, error) {
	return singleRow(text, each, func(r rowFunc) error { return v.query(text, r, args...) })
}

// single makes a query of one row of a query of any number.
func singleRow(text string, each func([]driver.Value), query func(rowFunc) error) (bool, error) {
	found := false
	err := query(func(v []driver.Value) error {
		if found {
			return fmt.Errorf("%q found more than one row", text)
		}
		found = true
		each(v)
		return nil
	})
	return found, err
}
