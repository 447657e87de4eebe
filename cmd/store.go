package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// openStore opens the store that a URL names, or the embedded one in the data
// folder where it is "".
func openStore(ctx context.Context, url, data string) (store.Store, error) {
	switch scheme, _, _ := strings.Cut(url, ":"); scheme {
	case "":
		return sqlite.Open(sqlite.Options{Dir: data})
	case "postgres", "postgresql":
		return postgres.Open(ctx, url, postgres.Options{})
	default:
		return nil, fmt.Errorf("--store takes a URL such as \"postgres://gateway@db.internal/gateway\", and %q is no such scheme; leave it out for the embedded store", scheme)
	}
}
