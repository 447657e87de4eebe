package cmd

import (
	"context"
	"errors"
	"strings"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// openStore opens the store that a URL names, or the embedded one in the data
// folder where it is "".
func openStore(ctx context.Context, c clock.Clock, url, data string) (store.Store, error) {
	scheme, _, _ := strings.Cut(url, "://")
	switch {
	case url == "":
		return sqlite.Open(sqlite.Options{Dir: data, Clock: c})
	case scheme == "postgres", scheme == "postgresql":
		return postgres.Open(ctx, url, postgres.Options{Clock: c})
	default: // what is there instead may hold a password
		return nil, errors.New(`--store (GATEWAY_STORE) takes a URL such as "postgres://gateway@db.internal/gateway"; leave it out for the embedded store`)
	}
}
