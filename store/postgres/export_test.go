package postgres

import (
	"context"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

// CheckClock looks at the server's clock, as stores do now and then.
func CheckClock(ctx context.Context, s store.Store) error { return s.(*Store).checkClock(ctx) }

// Occupy takes all connections for what is not done for runs on their way, until
// the function is called.
func Occupy(ctx context.Context, t testing.TB, s store.Store) (release func()) {
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
