package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// tx is a transaction. Statements are added to it, and sent together in one
// trip by sendAll, which also reads their results. A transaction that needs
// only one trip has no BEGIN and COMMIT: the server executes the statements of
// one trip as one transaction.
type tx struct {
	conn       *pgx.Conn
	batch      *pgx.Batch
	begun      bool // statements were sent
	committing bool // the last statements were sent
	early      bool // locks are released before the flush
	connClosed bool // the connection was closed when the transaction ended
}

// maxAttempts is how often a transaction is tried that loses against others.
const maxAttempts = 10

// inTransaction calls do in a transaction on a connection of the pool. It may
// call do again. Statements that do leaves unsent are sent with COMMIT. If do
// returns an error, the transaction is rolled back.
func inTransaction(ctx context.Context, pool *pgxpool.Pool, do func(context.Context, *tx) error) error {
	for n := 1; ; n++ {
		t, err := tryTransaction(ctx, pool, do)
		switch {
		case err == nil:
			return nil
		case n < maxAttempts && isRetryable(err):
		case n == 1 && t != nil && t.connClosed && !t.committing && ctx.Err() == nil:
			// The server closed the connection while it was idle, as in a
			// restart. It has executed no statement.
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
		t.committing = true
		if t.begun || t.early {
			t.addSQL("COMMIT").Exec(checkCommit)
		}
		if t.early {
			t.addSQL(flush)
		}
		err = t.sendAll(ctx)
	}
	if err != nil {
		t.rollback(ctx)
		t.connClosed = t.conn.IsClosed() // after Release the connection may be in use again
	}
	return t, err
}

// errRolledBack says that the server answered COMMIT with ROLLBACK, as it does
// after a failed statement.
var errRolledBack = errors.New("the server rolled the transaction back")

func checkCommit(tag pgconn.CommandTag) error {
	if tag.String() != "COMMIT" {
		return errRolledBack
	}
	return nil
}

// addSQL adds a statement. The result takes a function that reads the rows.
func (t *tx) addSQL(sql string, args ...any) *pgx.QueuedQuery { return t.batch.Queue(sql, args...) }

// addQuery adds a statement that was built.
func (t *tx) addQuery(q *query) *pgx.QueuedQuery { return t.batch.Queue(q.text.String(), q.args...) }

// unlockBeforeFlush makes COMMIT release the locks of the transaction before the
// server flushes its log, so that others that wait for the locks do not also wait
// for the disk. The caller still waits: the statement flush follows in the same trip.
//
// Others may see what the transaction wrote before it is durable. Whatever they
// commit comes later in the log, so it is durable only if this transaction is.
//
// A server that lacks the function of flush releases the locks after the flush.
func (t *tx) unlockBeforeFlush() {
	if canFlush, _ := t.conn.PgConn().CustomData()[hasFlush].(bool); canFlush {
		t.early = true
		t.addSQL("SET LOCAL synchronous_commit = off")
	}
}

// flush writes a message into the log that nobody reads. Its transaction waits until
// the log is durable up to there.
const flush = "SELECT pg_catalog.pg_logical_emit_message(true, 'gateway', '')"

// hasFlush is the key of what is known about a connection: whether flush works.
const hasFlush = "gateway flush"

// findFlush finds out whether flush works on a connection.
func findFlush(ctx context.Context, conn *pgx.Conn) error {
	const find = `SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_proc WHERE proname = 'pg_logical_emit_message' AND has_function_privilege(oid, 'EXECUTE'))`
	var found bool
	if err := conn.QueryRow(ctx, find).Scan(&found); err != nil {
		return fmt.Errorf("setting up a session: %w", err)
	}
	conn.PgConn().CustomData()[hasFlush] = found
	return nil
}

// sendAll sends the added statements, and reads their results.
func (t *tx) sendAll(ctx context.Context) error {
	if t.batch.Len() == 0 {
		return nil
	}
	b := t.batch
	if !t.begun && (!t.committing || t.early) {
		b = &pgx.Batch{}
		b.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
		b.QueuedQueries = append(b.QueuedQueries, t.batch.QueuedQueries...)
	}
	t.batch, t.begun = &pgx.Batch{}, true
	return wrapUnavailable(t.conn.SendBatch(ctx, b).Close())
}

// rollback rolls the transaction back, so that the connection can be used
// again. If that fails, Release closes the connection.
func (t *tx) rollback(ctx context.Context) {
	if t.begun && !t.conn.IsClosed() && t.conn.PgConn().TxStatus() != 'I' {
		_, _ = t.conn.Exec(ctx, "ROLLBACK")
	}
}

// scanRows calls row for each row of a result, after it was scanned into the
// targets.
func scanRows(q *pgx.QueuedQuery, targets []any, row func() error) {
	q.Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, targets, row)
		return err
	})
}
