package postgres_test

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
	"github.com/webhook-gateway/gateway/store/storetest"
)

// timed is a store whose server has the clock of a test. The clock is set before
// each call, and what stores do when it was set back is done at once.
type timed struct {
	store.Store
	clock *storetest.Clock

	mu   sync.Mutex
	conn *pgx.Conn
	last time.Time
}

func newTimed(url string, s store.Store, c *storetest.Clock) (store.Store, error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"CREATE TABLE IF NOT EXISTS test_clock (wall timestamptz)",
		"DELETE FROM test_clock",
		"INSERT INTO test_clock VALUES ('" + c.Now().Format(time.RFC3339Nano) + "')",
		"CREATE OR REPLACE FUNCTION clock() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT wall FROM test_clock'",
		"UPDATE clocks SET latest = clock()",
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	return &timed{Store: s, clock: c, conn: conn, last: c.Now()}, nil
}

// set sets the clock.
func (t *timed) set() {
	t.mu.Lock()
	defer t.mu.Unlock()
	wall := t.clock.Now()
	if wall.Equal(t.last) {
		return
	}
	ctx := context.Background()
	if _, err := t.conn.Exec(ctx, "UPDATE test_clock SET wall = $1", wall); err != nil {
		panic(err)
	}
	t.last = wall
	if err := postgres.CheckClock(ctx, t.Store); err != nil {
		panic(err)
	}
}

func (t *timed) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = t.conn.Close(context.Background())
	return t.Store.Close()
}
