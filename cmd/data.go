package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/keys"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/postgres"
	"github.com/webhook-gateway/gateway/store/sqlite"
)

// loadKey returns the gateway's key, from which generated paths are derived.
func (c *command) loadKey(data string) ([]byte, error) {
	given, _ := c.env("GATEWAY_KEY")
	key, err := keys.LoadKey(data, given)
	return key, explainDataError(data, err)
}

// explainDataError says how to choose another data folder if it can't be used.
func explainDataError(data string, err error) error {
	var path *fs.PathError
	if !errors.As(err, &path) {
		return err
	}
	return fmt.Errorf("the data folder %q can't be used: %w; choose a writable folder with --data or GATEWAY_DATA", data, path)
}

// openStore opens the store at a URL, or the embedded store in the data folder if
// the URL is empty.
func openStore(ctx context.Context, c clock.Clock, url, data string) (store.Store, error) {
	scheme, _, _ := strings.Cut(url, "://")
	switch {
	case url == "":
		return sqlite.Open(sqlite.Options{Dir: data, Clock: c})
	case scheme == "postgres", scheme == "postgresql":
		return postgres.Open(ctx, url, postgres.Options{Clock: c})
	default: // the message leaves out the URL, which may hold a password
		return nil, errors.New(`--store (GATEWAY_STORE) takes a URL such as "postgres://gateway@db.internal/gateway"; leave it out for the embedded store`)
	}
}
