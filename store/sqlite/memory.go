package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// Image is a store without runs, as a copy of which OpenMemory begins.
type Image []byte

// NewImage makes an image. It takes as long as the migrations.
func NewImage(c clock.Clock) (Image, error) {
	s, err := OpenMemory(c, nil)
	if err != nil {
		return nil, err
	}
	defer s.Close() //nolint:errcheck // it has no file
	return s.image()
}

// image returns a copy of the store.
func (s *Store) image() (image Image, err error) {
	failed := s.writer.do(context.Background(), func(t *tx) error {
		t.commitHooks = append(t.commitHooks, func() { image, err = t.conn.serialize() })
		return nil
	})
	return image, errors.Join(failed, err)
}

// OpenMemory opens a store that lives in memory until it is closed, for tests of
// flows. It has one connection, which also reads. Without an image it makes its
// tables.
func OpenMemory(c clock.Clock, image Image) (*Store, error) {
	return openMemory(Options{Clock: c}, image)
}

func openMemory(o Options, image Image) (*Store, error) {
	steady := newSteadyClock(o.Clock, o.Elapsed)
	t := newTx("file::memory:?_pragma=temp_store(memory)&_pragma=auto_vacuum(incremental)&_pragma=journal_mode(memory)", &fileCheck{memory: true}, steady, o)
	s := &Store{clock: steady, hash: t.hash, leases: t.leases, idle: t.idle, ready: t.ready, writer: newWriter(t), closed: make(chan struct{})}
	s.readers = &readers{shared: s.readInTurn}
	if err := t.openMemory(image); err != nil {
		return nil, fmt.Errorf("opening a store in memory: %w", errors.Join(err, t.closeConn()))
	}
	go func() {
		defer close(s.closed)
		s.writer.Run()
		s.idle.due.Store(mayBeBusy) // the writer refuses
		s.closeErr = t.closeConn()
	}()
	return s, nil
}

func (t *tx) openMemory(image Image) error {
	var err error
	if t.conn, err = openConn(t.dsn); err != nil {
		return err
	}
	if image == nil {
		err = t.inOwnTransaction(t.migrate)
	} else {
		err = t.conn.deserialize(image)
	}
	if err == nil {
		err = t.hashOldKeys()
	}
	if err == nil {
		err = t.inOwnTransaction(t.loadState)
	}
	t.files.ready.Store(err == nil)
	return err
}

// readInTurn reads on the connection that writes, as an operation of the writer.
func (s *Store) readInTurn(ctx context.Context, f func(*view) error) error {
	return s.writer.do(ctx, func(t *tx) error { return f(&view{ctx: ctx, conn: t.conn}) })
}

// serialize returns the bytes of the database.
func (c *conn) serialize() (Image, error) {
	s, ok := c.raw.(interface{ Serialize() ([]byte, error) })
	if !ok {
		return nil, errors.New("the driver can't copy a database")
	}
	return s.Serialize()
}

// deserialize replaces the database by a copy of the image.
func (c *conn) deserialize(image Image) error {
	s, ok := c.raw.(interface{ Deserialize([]byte) error })
	if !ok {
		return errors.New("the driver can't copy a database")
	}
	return s.Deserialize(image)
}
