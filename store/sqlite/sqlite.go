// Package sqlite keeps runs in one SQLite file, without a server: the store of
// a single gateway.
//
// A goroutine owns the connection that writes, and turns all operations that
// wait into one transaction: a commit costs one flush of the disk however many
// share it (see writer). Readers have connections of their own, which the
// write-ahead log keeps out of the writer's way. The file is flushed on every
// commit (synchronous=FULL), so what was accepted survives a power cut as far
// as the disk is honest about flushing.
//
// As one process alone may use a file, which a lock beside it sees to, some of
// what an engine has to know need not be in it: how many runs of a flow are
// queued and running (see mirror), and until when a claim lasts (see leases).
// Both are made anew when the file is opened. What decides is in the file all
// the same: states, fences and keys.
//
// The file must lie on a local disk: the log needs memory that is shared, which
// network file systems don't have.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// FileName is the name of the database in its folder. Its log and the lock lie
// beside it.
const FileName = "gateway.db"

// Options are how a store is opened.
type Options struct {
	// Dir is the folder of the file. Both are made where they do not exist, for
	// this user alone.
	Dir   string
	Clock clock.Clock
	// Elapsed measures time that passes, however the time of day is set. Nil
	// measures it by Clock; tests that set the time of day replace it.
	Elapsed func() time.Duration
}

// Store is an open file. It implements store.Store.
type Store struct {
	path    string
	lock    *os.File
	clock   *steadyClock
	leases  *leases
	ready   <-chan struct{}
	writer  *writer
	readers *readers

	closing  sync.Once
	closed   chan struct{} // when closing has ended
	closeErr error
}

// Open opens the store of a folder, brings its tables up to date and takes up
// the runs that are open: those that were running are to be swept. It returns
// store.ErrInUse where another process has it, and store.ErrNewer.
func Open(o Options) (*Store, error) {
	path := filepath.Join(o.Dir, FileName)
	lock, err := claimFolder(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening the store in %s: %w", o.Dir, err)
	}
	c := newSteadyClock(o.Clock, o.Elapsed)
	t := newTx(dsn(path, false), c)
	s := &Store{
		path: path, lock: lock, clock: c, leases: t.leases, ready: t.ready,
		writer: newWriter(t), readers: newReaders(dsn(path, true)), closed: make(chan struct{}),
	}
	if err := s.prepareFile(t); err != nil {
		_ = errors.Join(t.closeConn(), lock.Close())
		return nil, fmt.Errorf("opening the store in %s: %w", o.Dir, err)
	}
	go func() {
		defer close(s.closed)
		s.writer.Run()
		s.closeErr = errors.Join(s.readers.close(), t.closeConn(), s.lock.Close())
	}()
	return s, nil
}

// open makes the file ready in one transaction.
func (s *Store) prepareFile(t *tx) (err error) {
	if err := createFile(s.path); err != nil {
		return err
	}
	if err := t.beginImmediate(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			t.rollback(err)
		}
	}()
	if err := t.migrate(); err != nil {
		return err
	}
	if err := t.loadState(); err != nil {
		return err
	}
	return t.commit()
}

// dsn names the file with how its connections behave. Their caches are small:
// what is written together lies together, the system caches the rest, and SQLite
// walks through the whole cache after commits that have moved pages.
func dsn(path string, reader bool) string {
	pragmas := url.Values{"_pragma": {
		"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "wal_autocheckpoint(1000)",
		"journal_size_limit(67108864)", "temp_store(memory)", "cache_size(-8192)",
	}}
	if reader {
		pragmas = url.Values{"_pragma": {"busy_timeout(5000)", "query_only(1)", "temp_store(memory)", "cache_size(-8192)"}}
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: pragmas.Encode()}).String()
}

// createFile makes the file for this user alone. SQLite gives its log the
// permissions of the file.
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// Close ends the operations that wait, and lets go of the file.
func (s *Store) Close() error {
	s.closing.Do(s.writer.Close)
	<-s.closed
	return s.closeErr
}

// Ready receives after runs may have become claimable.
func (s *Store) Ready() <-chan struct{} { return s.ready }

// pingSize is how much a ping writes, in bytes: about what a run may take, so
// that a disk with hardly any space left does not pass for a writable one.
const pingSize = 64 << 10

// Ping writes a row.
func (s *Store) Ping(ctx context.Context) error {
	return s.writer.do(ctx, func(t *tx) error {
		_, err := t.exec("INSERT OR REPLACE INTO pings (one, at, filler) VALUES (1, ?, zeroblob(?))", t.now, int64(pingSize))
		return err
	})
}
