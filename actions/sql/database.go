package sql

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/outbound"
)

// database is a pool of connections, which are opened on demand.
type database struct {
	engine         *engine
	backend        *backend
	pool           *sql.DB
	maxConnections int
	clock          clock.Clock
}

// openDatabase returns the database that all actions with the same connection
// share, also across reloads.
func openDatabase(r *flow.Resources, n *Connection) (*database, error) {
	if !n.hasTarget() {
		return nil, errors.New("the connection lacks the place of its database")
	}
	egress, folders := slices.Sorted(slices.Values(r.Settings.Egress)), slices.Sorted(slices.Values(r.Settings.AllowPaths))
	key := "sql\n" + n.resourceKey() + "\n" + strings.Join(egress, "\n") + "\n\n" + strings.Join(folders, "\n")
	return flow.Resource(r, key, func() (*database, func(), error) {
		policy, err := outbound.ParsePolicy(r.Settings.Egress)
		if err != nil {
			return nil, nil, err
		}
		out := surroundings{dial: outbound.New(outbound.Options{Policy: policy}).DialContext, folders: folders, clock: r.Settings.Clock}
		opened, err := n.engine.open(n, out)
		if err != nil {
			return nil, nil, err
		}
		d := &database{engine: n.engine, backend: opened, pool: sql.OpenDB(opened.connector), maxConnections: n.maxConnections, clock: r.Settings.Clock}
		d.pool.SetMaxOpenConns(n.maxConnections)
		d.pool.SetMaxIdleConns(n.maxConnections)
		d.pool.SetConnMaxIdleTime(maxIdleTime)
		d.pool.SetConnMaxLifetime(maxConnectionLife)
		return d, func() {
			_ = d.pool.Close() // there is no caller left to report to
			if opened.close != nil {
				opened.close()
			}
		}, nil
	})
}

// maxIdleTime and maxConnectionLife bound how long connections stay open, so
// that a database that moved is found again and an unused one is left alone.
const (
	maxIdleTime       = 5 * time.Minute
	maxConnectionLife = 30 * time.Minute
)
