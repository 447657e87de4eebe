package store

import (
	"context"

	"github.com/webhook-gateway/gateway/internal/ratelimit"
)

// Rates counts requests by key for all gateways on a store. Only an engine that
// several gateways share has this part: a gateway alone counts in memory.
type Rates interface {
	// TakeRate takes a request from the bucket of a key of a flow, if it has one,
	// by the engine's clock. It is not durable: buckets may be full again after a
	// crash of the engine. It fails soon if the engine does not answer.
	TakeRate(ctx context.Context, flow, key string, r ratelimit.Rate) (ratelimit.Result, error)
}
