package postgres

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
)

// CheckClock checks the server's clock, as stores do regularly.
func CheckClock(ctx context.Context, s store.Store) error { return s.(*Store).checkClock(ctx) }

// OccupyWritePool takes all connections of sweeps, purges, contacts and operators
// until release is called.
func OccupyWritePool(ctx context.Context, t testing.TB, s store.Store) (release func()) {
	t.Helper()
	pool := s.(*Store).writePool
	var all []interface{ Release() }
	for range pool.Config().MaxConns {
		c, err := pool.Acquire(ctx)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return func() {
		for _, c := range all {
			c.Release()
		}
	}
}

// ListPlan returns how the server finds the candidates of a page.
func ListPlan(ctx context.Context, t testing.TB, s store.Store, q store.ListQuery) (plan string) {
	t.Helper()
	l := listing{ListQuery: q, limit: q.PageSize()}
	l.from, l.to, _, _ = q.IDBounds()
	rows, err := s.(*Store).runQuery(ctx, l.addCandidates(newQuery("EXPLAIN "), columns, l.limit+1))
	if err != nil {
		t.Fatal(err)
	}
	var line string
	if _, err := pgx.ForEachRow(rows, []any{&line}, func() error { plan += line + "\n"; return nil }); err != nil {
		t.Fatal(err)
	}
	return plan
}
