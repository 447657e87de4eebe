package postgres

import (
	"context"
	"testing"

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
