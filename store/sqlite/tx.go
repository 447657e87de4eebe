package sqlite

import (
	"cmp"
	"context"
	"database/sql/driver"
	"path/filepath"
)

// tx is the current transaction, and the state that lasts from one transaction
// to the next: the connection, its statements, and counts and leases in memory.
// Only the writer's goroutine uses it.
type tx struct {
	dsn    string
	files  *fileCheck
	conn   *conn // nil if it must be opened
	loaded bool  // counts and leases match the file
	clock  *steadyClock
	hash   keyHash
	warn   func(message string)

	maxCompact int64

	leases *leases
	idle   *idleness
	ready  chan struct{}

	counts   queueCounts
	stats    statsDelta
	nextSeq  int64
	rotation int            // where the round robin over the flows begins
	args     []driver.Value // of a long statement; reused

	insertStepsSQL [stepsAtOnce + 1]string

	now           int64    // the time of the transaction, in milliseconds
	writes        int      // statements of the current operation that changed rows
	rollbackHooks []func() // called in reverse order if the transaction is rolled back
	commitHooks   []func() // called after the commit
	signalReady   bool     // runs may be claimable after the commit
}

func newTx(dsn string, f *fileCheck, c *steadyClock, o Options) *tx {
	warn := o.Warn
	if warn == nil {
		warn = func(string) {}
	}
	t := &tx{
		dsn: dsn, files: f, clock: c, hash: keyHash{o.KeyHash, o.NewKey}, warn: warn, maxCompact: cmp.Or(o.maxCompact, maxCompact),
		leases: newLeases(c), idle: &idleness{}, ready: make(chan struct{}, 1),
		counts: newQueueCounts(), stats: statsDelta{}, insertStepsSQL: insertStepsSQL(),
	}
	t.idle.due.Store(mayBeBusy)
	return t
}

// begin begins a transaction, on a new connection if the old one is broken. Then
// it also loads the state again: a commit that failed may still have been
// recovered from the log. The first transaction updates the tables before.
func (t *tx) begin() error {
	if err := t.prepareFile(); err != nil {
		return err
	}
	if err := t.beginImmediate(); err != nil {
		return err
	}
	if t.loaded {
		return nil
	}
	if err := t.loadState(); err != nil {
		t.rollback(err)
		return err
	}
	return nil
}

// prepareFile makes the file ready for use in transactions of its own, once.
func (t *tx) prepareFile() error {
	if t.files.ready.Load() {
		return nil
	}
	if err := syncFolder(filepath.Dir(t.files.path)); err != nil {
		return err
	}
	if err := t.inOwnTransaction(t.migrate); err != nil {
		return err
	}
	if err := t.hashOldKeys(); err != nil {
		return err
	}
	t.convertFile()
	if err := t.inOwnTransaction(t.loadState); err != nil {
		return err
	}
	t.files.ready.Store(true)
	return nil
}

// inOwnTransaction calls f in a transaction, before the file is ready.
func (t *tx) inOwnTransaction(f func() error) error {
	if err := t.beginImmediate(); err != nil {
		return err
	}
	err := f()
	if err == nil {
		err = t.commit()
	}
	if err != nil {
		t.rollback(err)
	}
	return err
}

func (t *tx) beginImmediate() error {
	if err := t.files.check(); err != nil {
		return err
	}
	if t.conn == nil {
		c, err := openConn(t.dsn)
		if err != nil {
			return err
		}
		t.conn = c
	}
	if _, err := t.exec("BEGIN IMMEDIATE"); err != nil {
		t.rollback(err)
		return err
	}
	if t.files.log == nil {
		if err := t.files.noteLog(); err != nil {
			t.rollback(err)
			return err
		}
	}
	t.now = t.clock.now()
	return nil
}

// commit makes the transaction durable, and then calls the commit hooks. A
// commit counts only if the files at their paths have it. Otherwise the state in
// memory is loaded again before the next transaction.
func (t *tx) commit() error {
	if err := t.stats.write(t); err != nil {
		return err
	}
	if _, err := t.exec("COMMIT"); err != nil {
		return err
	}
	if err := t.files.check(); err != nil {
		t.loaded = false
		return err
	}
	t.idle.set(&t.counts)
	for _, f := range t.commitHooks {
		f()
	}
	if t.signalReady {
		select {
		case t.ready <- struct{}{}:
		default: // already signalled
		}
	}
	t.reset()
	return nil
}

// rollback rolls the transaction back. If the storage failed, rollback closes
// the connection, so that the next transaction begins with a new one. If a file
// is lost, the connection stays: a new one would make a new log.
func (t *tx) rollback(why error) {
	for i := len(t.rollbackHooks) - 1; i >= 0; i-- {
		t.rollbackHooks[i]()
	}
	t.counts.rollback()
	t.idle.due.Store(mayBeBusy)
	t.reset()
	if t.conn == nil {
		return
	}
	// SQLite rolls back by itself after some errors. Then this fails.
	_, _ = t.exec("ROLLBACK")
	if isUnavailable(why) && !t.files.memory && t.files.check() == nil {
		_ = t.closeConn()
	}
}

func (t *tx) reset() {
	clear(t.commitHooks)
	clear(t.rollbackHooks)
	t.commitHooks, t.rollbackHooks, t.signalReady = t.commitHooks[:0], t.rollbackHooks[:0], false
	t.counts.commit()
	clear(t.stats)
	clear(t.args)
}

// closeConn closes the connection.
func (t *tx) closeConn() error {
	if t.conn == nil {
		return nil
	}
	err := t.conn.close()
	t.conn, t.loaded, t.files.log = nil, false, nil
	return err
}

// onCommit calls f when the transaction is durable.
func (t *tx) onCommit(f func()) { t.commitHooks = append(t.commitHooks, f) }

// onRollback calls f if the transaction is rolled back.
func (t *tx) onRollback(f func()) { t.rollbackHooks = append(t.rollbackHooks, f) }

// exec writes, and returns how many rows changed.
func (t *tx) exec(text string, args ...driver.Value) (int64, error) {
	s, err := t.conn.prepared(text)
	if err != nil {
		return 0, err
	}
	n, err := s.exec(args)
	if n > 0 {
		t.writes++
	}
	return n, err
}

// query reads.
func (t *tx) query(text string, each rowFunc, args ...driver.Value) error {
	s, err := t.conn.prepared(text)
	if err != nil {
		return err
	}
	return s.query(context.Background(), each, args)
}

// queryWrite writes with a statement that returns the changed rows.
func (t *tx) queryWrite(text string, each rowFunc, args ...driver.Value) error {
	return t.query(text, func(v []driver.Value) error {
		t.writes++
		return each(v)
	}, args...)
}

// queryRow reads one row at most, and returns whether there is one.
func (t *tx) queryRow(text string, each func([]driver.Value), args ...driver.Value) (bool, error) {
	return singleRow(text, each, func(r rowFunc) error { return t.query(text, r, args...) })
}
