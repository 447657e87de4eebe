// Package sqlite stores runs in one SQLite file, without a server: the store of
// a single gateway.
//
// One goroutine owns the connection that writes, and executes all waiting
// operations in one transaction: they share one flush of the disk (see writer).
// Readers have connections of their own, which the write-ahead log keeps
// independent of the writer. Every commit flushes the file (synchronous=FULL),
// so that accepted runs survive a power cut if the disk really flushes.
//
// Only one process may use a file; a lock file ensures that. So some state needs
// no place in the file: how many runs of a flow are queued and running (see
// queueCounts), and when leases end (see leases). Both are rebuilt when the file
// is opened. The file still holds everything that decides: states, fences and
// keys.
//
// The file must be on a local disk: the log needs shared memory, which network
// file systems do not have.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

// FileName is the name of the database in its folder. Its log and the lock file
// are beside it.
const FileName = "gateway.db"

// Options are how to open a store.
type Options struct {
	// Dir is the folder of the file. Both are made if they do not exist,
	// readable by this user only.
	Dir   string
	Clock clock.Clock
	// Elapsed measures elapsed time independently of the time of day. Nil
	// measures it by Clock; tests that set the time of day replace it.
	Elapsed func() time.Duration
	// KeyHash hashes the keys of runs. Nil hashes without a key and does not
	// check whether the file was written with one, as for a test that looks into
	// the file of a gateway.
	KeyHash *store.KeyHash
	// NewKey accepts a KeyHash with another key than before. Keys that are stored
	// match no run that comes later.
	NewKey bool
	// Warn, if set, is called with what people should know about the file. It may
	// be called until Open returns or, if the disk is full then, later.
	Warn func(message string)

	maxCompact int64 // of tests; 0 is the constant
}

// Store is an open file. It implements store.Store.
type Store struct {
	path    string
	lock    io.Closer
	clock   *steadyClock
	hash    keyHash
	leases  *leases
	idle    *idleness
	ready   <-chan struct{}
	writer  *writer
	readers *readers

	closing  sync.Once
	closed   chan struct{} // when closing has ended
	closeErr error
}

// Open opens the store of a folder, updates its tables and loads the runs that
// are not over: runs that were running are to be swept. It returns
// store.ErrInUse if another process has the file open, store.ErrNewer and
// store.ErrOtherKey. A full disk is no error: the operations fail until there is
// space.
func Open(o Options) (*Store, error) {
	path := filepath.Join(o.Dir, FileName)
	lock, err := claimFolder(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening the store in %s: %w", o.Dir, err)
	}
	files, err := openFile(path)
	if err != nil {
		return nil, fmt.Errorf("opening the store in %s: %w", o.Dir, errors.Join(err, lock.Close()))
	}
	c := newSteadyClock(o.Clock, o.Elapsed)
	t := newTx(dsn(path, false), files, c, o)
	s := &Store{
		path: path, lock: lock, clock: c, hash: t.hash, leases: t.leases, idle: t.idle, ready: t.ready,
		writer: newWriter(t), readers: newReaders(dsn(path, true), files), closed: make(chan struct{}),
	}
	if err := t.prepareFile(); err != nil && !isDiskFull(err) {
		_ = errors.Join(t.closeConn(), files.open.Close(), lock.Close())
		return nil, fmt.Errorf("opening the store in %s: %w", o.Dir, err)
	}
	go func() {
		defer close(s.closed)
		s.writer.Run()
		s.idle.due.Store(mayBeBusy) // the writer refuses
		s.closeErr = errors.Join(s.readers.close(), t.closeConn(), files.open.Close(), s.lock.Close())
	}()
	return s, nil
}

// dsn returns the name of the file with the settings of its connections. Their
// caches are small: pages that are written together lie together, the operating
// system caches the rest, and SQLite walks the whole cache after commits that
// moved pages. auto_vacuum has an effect on a new file only, see
// convertFile.
func dsn(path string, reader bool) string {
	query := url.Values{"mode": {"rw"}, "_pragma": {
		"busy_timeout(5000)", "auto_vacuum(incremental)", "journal_mode(wal)", "synchronous(full)", "wal_autocheckpoint(1000)",
		"journal_size_limit(67108864)", "temp_store(memory)", "cache_size(-8192)",
	}}
	if reader {
		query = url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(5000)", "query_only(1)", "temp_store(memory)", "cache_size(-8192)"}}
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: query.Encode()}).String()
}

// Close finishes waiting operations, and closes the file.
func (s *Store) Close() error {
	s.closing.Do(s.writer.Close)
	<-s.closed
	return s.closeErr
}

// Ready receives after runs may have become claimable.
func (s *Store) Ready() <-chan struct{} { return s.ready }

// pingSize is how many bytes a ping writes: about as many as a run may take, so
// that an almost full disk counts as not writable.
const pingSize = 64 << 10

// Ping writes a row.
func (s *Store) Ping(ctx context.Context) error {
	return s.writer.do(ctx, ping)
}

func ping(t *tx) error {
	_, err := t.exec("INSERT OR REPLACE INTO pings (one, at, filler) VALUES (1, ?, zeroblob(?))", t.now, int64(pingSize))
	return err
}
