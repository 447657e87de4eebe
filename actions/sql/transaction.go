package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// inTransaction runs do in a transaction and commits it if do returns no
// error.
func (d *database) inTransaction(ctx context.Context, readOnly bool, do func(tx transaction) error) error {
	c, tx, err := d.begin(ctx, readOnly)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // it goes back to the pool
	if err := do(tx); err != nil {
		tx.rollback(ctx)
		d.release(ctx, c, tx, d.servesReadsOnly(err, readOnly))
		return err
	}
	err = tx.commit(ctx)
	d.release(ctx, c, tx, err != nil)
	return err
}

// begin begins a transaction. A connection may have died in the pool, so begin
// takes another one if nothing but the begin of the transaction was sent.
func (d *database) begin(ctx context.Context, readOnly bool) (*sql.Conn, transaction, error) {
	for attempts := d.maxConnections + 1; ; attempts-- {
		c, err := d.pool.Conn(ctx)
		if err != nil {
			return nil, nil, err
		}
		tx, err := d.backend.begin(ctx, c, readOnly)
		if err == nil {
			return c, tx, nil
		}
		discard(c)
		_ = c.Close() // discard closed it
		if attempts <= 1 || ctx.Err() != nil || !isConnectionLost(err) {
			return nil, nil, err
		}
	}
}

// servesReadsOnly reports whether a write failed because the server is a
// standby, as after a fail-over. The other connections lead to the same server,
// so those that are idle are closed.
func (d *database) servesReadsOnly(err error, readOnly bool) bool {
	if readOnly || d.engine.isStandby == nil || !d.engine.isStandby(err) {
		return false
	}
	d.pool.SetMaxIdleConns(-1)
	d.pool.SetMaxIdleConns(d.maxConnections)
	return true
}

// resetTimeout bounds the time to clean a session.
const resetTimeout = 5 * time.Second

// release makes a connection ready for another run. A broken one is closed, and
// so is one whose session can't be cleaned.
func (d *database) release(ctx context.Context, c *sql.Conn, tx transaction, broken bool) {
	if !broken {
		limited, cancel := clock.WithTimeout(context.WithoutCancel(ctx), d.clock, resetTimeout)
		defer cancel()
		broken = tx.reset(limited) != nil
	}
	if broken {
		discard(c)
	}
}

// discard closes a connection in place of returning it to the pool.
func discard(c *sql.Conn) {
	_ = c.Raw(func(any) error { return driver.ErrBadConn }) // the error is the request to close it
}
