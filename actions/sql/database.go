package sql

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

// sqlDatabase is an open database. Its connections are made when they are
// needed.
type sqlDatabase struct {
	engine *sqlEngine
	pool   *sql.DB
	enter  func(ctx context.Context, c *sql.Conn, readOnly bool) (func(), error)
}

// openDatabase returns the database that all actions with the same connection
// share, also across reloads.
func openDatabase(r *flow.Resources, n *Connection) (*sqlDatabase, error) {
	if !n.ready() {
		return nil, errors.New("the connection lacks the place of its database")
	}
	egress, folders := slices.Sorted(slices.Values(r.Settings.Egress)), slices.Sorted(slices.Values(r.Settings.AllowPaths))
	key := "sql\n" + n.key() + "\n" + strings.Join(egress, "\n") + "\n\n" + strings.Join(folders, "\n")
	return flow.Resource(r, key, func() (*sqlDatabase, func(), error) {
		policy, err := outbound.ParsePolicy(r.Settings.Egress)
		if err != nil {
			return nil, nil, err
		}
		out := sqlOutside{dial: outbound.New(outbound.Options{Policy: policy}).DialContext, folders: folders}
		opened, err := n.engine.open(n, out)
		if err != nil {
			return nil, nil, err
		}
		d := &sqlDatabase{engine: n.engine, pool: sql.OpenDB(opened.connector), enter: opened.enter}
		d.pool.SetMaxOpenConns(n.maxConnections)
		d.pool.SetMaxIdleConns(n.maxConnections)
		d.pool.SetConnMaxIdleTime(idleTime)
		d.pool.SetConnMaxLifetime(connectionLife)
		return d, func() {
			_ = d.pool.Close() // nobody is left who could be told
			if opened.close != nil {
				opened.close()
			}
		}, nil
	})
}

// idleTime and connectionLife bound how long connections are kept, so that a
// database that moved is found again and one that is not used is left alone.
const (
	idleTime       = 5 * time.Minute
	connectionLife = 30 * time.Minute
)

// within runs do in a transaction, which stands if do returns no error.
func (d *sqlDatabase) within(ctx context.Context, readOnly bool, do func(tx *sql.Tx) error) error {
	c, err := d.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close() //nolint:errcheck // it goes back to the pool
	if d.enter != nil {
		leave, err := d.enter(ctx, c, readOnly)
		if err != nil {
			return err
		}
		defer leave()
	}
	tx, err := c.BeginTx(ctx, &sql.TxOptions{ReadOnly: readOnly})
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // the connection is broken where it fails, and nothing stands
		return err
	}
	return tx.Commit()
}
