package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"

	"github.com/webhook-gateway/gateway/store"
)

// readConnections is how many reads run at once.
const readConnections = 4

// readers are the connections that read. A free one is in the channel; nil means
// that it must be opened first.
type readers struct {
	dsn   string
	files *fileCheck
	free  chan *conn
	// shared, if set, reads on the connection that writes.
	shared func(context.Context, func(*view) error) error

	mu     sync.RWMutex // locked for reading while a connection is in use
	closed bool
}

func newReaders(dsn string, f *fileCheck) *readers {
	r := &readers{dsn: dsn, files: f, free: make(chan *conn, readConnections)}
	for range readConnections {
		r.free <- nil
	}
	return r
}

// withView calls f with a view of the file that does not change during the call.
func (r *readers) withView(ctx context.Context, f func(*view) error) error {
	if r.shared != nil {
		return r.shared(ctx, f)
	}
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

// runView returns the connection to use next: nil if this one is broken.
func (r *readers) runView(ctx context.Context, c *conn, f func(*view) error) (*conn, error) {
	if c == nil {
		if err := r.files.checkReadable(); err != nil {
			return nil, err
		}
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
	// Nothing was written, so a failed COMMIT changes nothing: SQLite repeats
	// here that it has read a damaged page.
	if end := v.exec("COMMIT"); end != nil || isUnavailable(err) {
		return nil, errors.Join(err, c.close())
	}
	return c, err
}

// close waits for reads in progress.
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

// view is a consistent view of the file.
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

// queryOnce reads with a statement whose text was built for this call.
func (v *view) queryOnce(text string, each rowFunc, args []driver.Value) error {
	s, err := v.conn.prepare(text)
	if err != nil {
		return err
	}
	return errors.Join(s.query(v.ctx, each, args), s.raw.Close())
}

// queryRow reads one row at most, and returns whether there is one.
func (v *view) queryRow(text string, each func([]driver.Value), args ...driver.Value) (bool, error) {
	return singleRow(text, each, func(r rowFunc) error { return v.query(text, r, args...) })
}

// singleRow limits a query to one row.
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
