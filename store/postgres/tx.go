package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// tx is a transaction. Its statements gather until they are sent together, in
// one trip; whoever wants to know a result sends. Where one trip is all there is,
// the server makes it a transaction by itself.
type tx struct {
	conn       *pgx.Conn
	batch      *pgx.Batch
	begun      bool // something was sent
	committing bool // COMMIT was sent
	connClosed bool // the connection was closed when the transaction ended
}

// attempts is how often a transaction is tried that loses against others.
const maxAttempts = 10

// transact does a transaction on a connection of the pool. do may be called
// again; it queues and sends, and what it leaves queued is sent with COMMIT. An
// error that it returns takes everything back.
func inTransaction(ctx context.Context, pool *pgxpool.Pool, do func(context.Context, *tx) error) error {
	for n := 1; ; n++ {
		t, err := tryTransaction(ctx, pool, do)
		switch {
		case err == nil:
			return nil
		case n < maxAttempts && isRetryable(err):
		case n == 1 && t != nil && t.connClosed && !t.committing && ctx.Err() == nil:
			// The server has closed the connection some time ago, as when it was
			// restarted. Nothing can have been done.
		default:
			return err
		}
	}
}

func tryTransaction(ctx context.Context, pool *pgxpool.Pool, do func(context.Context, *tx) error) (*tx, error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, wrapUnavailable(err)
	}
	defer conn.Release()
	t := &tx{conn: conn.Conn(), batch: &pgx.Batch{}}
	err = do(ctx, t)
	if err == nil {
		if t.begun {
			t.addSQL("COMMIT").Exec(checkCommit)
		}
		t.committing = true
		err = t.sendAll(ctx)
	}
	if err != nil {
		t.rollback(ctx)
		t.connClosed = t.conn.IsClosed() // who asks later asks about somebody else's connection
	}
	return t, err
}

// errTakenBack says that the server answered COMMIT with ROLLBACK, as it does
// where something failed before.
var errRolledBack = errors.New("the server took the transaction back")

func checkCommit(tag pgconn.CommandTag) error {
	if tag.String() != "COMMIT" {
		return errRolledBack
	}
	return nil
}

// queue adds a statement. What it returns takes a function for the result.
func (t *tx) addSQL(sql string, args ...any) *pgx.QueuedQuery { return t.batch.Queue(sql, args...) }

// put adds a statement that was built.
func (t *tx) addQuery(q *query) *pgx.QueuedQuery { return t.batch.Queue(q.text.String(), q.args...) }

// send sends what was queued and has the results read.
func (t *tx) sendAll(ctx context.Context) error {
	if t.batch.Len() == 0 {
		return nil
	}
	b := t.batch
	if !t.begun && !t.committing {
		b = &pgx.Batch{}
		b.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
		b.QueuedQueries = append(b.QueuedQueries, t.batch.QueuedQueries...)
	}
	t.batch, t.begun = &pgx.Batch{}, true
	return wrapUnavailable(t.conn.SendBatch(ctx, b).Close())
}

// rollback takes the transaction back, so that the connection can be used
// again. Where it can't, it is closed when it is released.
func (t *tx) rollback(ctx context.Context) {
	if t.begun && !t.conn.IsClosed() && t.conn.PgConn().TxStatus() != 'I' {
		_, _ = t.conn.Exec(ctx, "ROLLBACK")
	}
}

// each calls row with each row of a result, after it was scanned into the
// places.
func scanRows(q *pgx.QueuedQuery, targets []any, row func() error) {
	q.Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, targets, row)
		return err
	})
}
