package sqlite

import (
	"context"
	"database/sql/driver"
)

// tx is the transaction under way, with what it needs from one to the next:
// the connection, its statements, and what is known without asking. Only the
// writer's goroutine uses it.
type tx struct {
	dsn    string
	conn   *conn // nil where it has to be opened again
	known  bool  // the mirror is that of the file
	clock  *steadyClock
	leases *leases
	ready  chan struct{}

	mirror  mirror
	tally   tally
	nextSeq int64
	turn    int            // of the flows in claims
	args    []driver.Value // of a statement with many, used again

	stepTexts [stepsAtOnce + 1]string
	entryText string

	now    int64    // of this transaction, in milliseconds
	writes int      // of this operation
	undone []func() // called where the transaction is rolled back, last first
	done   []func() // called after it was committed
	wakes  bool     // runs may be claimable after it
}

func newTx(dsn string, c *steadyClock) *tx {
	return &tx{
		dsn: dsn, clock: c,
		leases: newLeases(c), ready: make(chan struct{}, 1),
		mirror: newMirror(), tally: tally{}, stepTexts: stepTexts(), entryText: entryText(),
	}
}

// begin starts a transaction, on a new connection where the old one is broken.
// Then the file is looked at anew: a commit that failed may have been saved from
// the log.
func (t *tx) begin() error {
	if err := t.start(); err != nil {
		return err
	}
	if t.known {
		return nil
	}
	if err := t.load(); err != nil {
		t.rollback(err)
		return err
	}
	return nil
}

func (t *tx) start() error {
	if t.conn == nil {
		c, err := dial(t.dsn)
		if err != nil {
			return err
		}
		t.conn = c
	}
	if _, err := t.exec("BEGIN IMMEDIATE"); err != nil {
		t.rollback(err)
		return err
	}
	t.now = t.clock.now()
	return nil
}

// commit makes the transaction durable, and lets the process know of it.
func (t *tx) commit() error {
	if err := t.tally.write(t); err != nil {
		return err
	}
	if _, err := t.exec("COMMIT"); err != nil {
		return err
	}
	for _, f := range t.done {
		f()
	}
	if t.wakes {
		select {
		case t.ready <- struct{}{}:
		default: // a signal is there
		}
	}
	t.forget()
	return nil
}

// rollback takes the transaction back. After trouble with the storage the
// connection is closed, so that nothing of its state goes on.
func (t *tx) rollback(why error) {
	for i := len(t.undone) - 1; i >= 0; i-- {
		t.undone[i]()
	}
	t.mirror.undo()
	t.forget()
	if t.conn == nil {
		return
	}
	// SQLite has rolled back by itself after some errors, and says so here.
	_, _ = t.exec("ROLLBACK")
	if isUnavailable(why) {
		_ = t.disconnect()
	}
}

func (t *tx) forget() {
	clear(t.done)
	clear(t.undone)
	t.done, t.undone, t.wakes = t.done[:0], t.undone[:0], false
	t.mirror.settle()
	clear(t.tally)
	clear(t.args)
}

// disconnect closes the connection.
func (t *tx) disconnect() error {
	if t.conn == nil {
		return nil
	}
	err := t.conn.close()
	t.conn, t.known = nil, false
	return err
}

// afterwards has f called when what the transaction did is durable.
func (t *tx) afterwards(f func()) { t.done = append(t.done, f) }

// onRollback has f called when it did nothing after all.
func (t *tx) onRollback(f func()) { t.undone = append(t.undone, f) }

// exec writes, and returns how many rows changed.
func (t *tx) exec(text string, args ...driver.Value) (int64, error) {
	s, err := t.conn.stmt(text)
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
func (t *tx) query(text string, each row, args ...driver.Value) error {
	s, err := t.conn.stmt(text)
	if err != nil {
		return err
	}
	return s.query(context.Background(), each, args)
}

// change writes by a statement that returns what it changed.
func (t *tx) change(text string, each row, args ...driver.Value) error {
	return t.query(text, func(v []driver.Value) error {
		t.writes++
		return each(v)
	}, args...)
}

// one reads a single row, and tells whether there is one.
func (t *tx) one(text string, each func([]driver.Value), args ...driver.Value) (bool, error) {
	return single(text, each, func(r row) error { return t.query(text, r, args...) })
}
