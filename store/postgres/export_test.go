package postgres

import (
	"context"

	"github.com/webhook-gateway/gateway/store"
)

// CheckClock looks at the server's clock, as stores do now and then.
func CheckClock(ctx context.Context, s store.Store) error { return s.(*Store).checkClock(ctx) }
