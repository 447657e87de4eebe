package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"

	"go.uber.org/zap"

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
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("the disk of the data folder %q is full, so the gateway can't make the files with its key and admin token, which it needs for the paths of flows and the admin listener: free some space, choose another folder with --data, or set GATEWAY_KEY and GATEWAY_ADMIN_TOKEN, which take the place of the files: %w", data, err)
	case !errors.As(err, &path):
		return err
	}
	return fmt.Errorf("the data folder %q can't be used: %w; choose a writable folder with --data or GATEWAY_DATA", data, path)
}

// storePlace says which store to open.
type storePlace struct {
	url    string // "" for the embedded store in the data folder
	data   string
	key    []byte // the gateway's
	newKey bool   // the key was changed on purpose
	log    *zap.Logger
}

// openStore opens a store.
func openStore(ctx context.Context, c clock.Clock, p storePlace) (store.Store, error) {
	hash := store.NewKeyHash(keys.Derive(p.key, "dedupe and order keys"))
	scheme, _, _ := strings.Cut(p.url, "://")
	warn := func(message string) { p.log.Warn(message) }
	var s store.Store
	var err error
	switch {
	case p.url == "":
		s, err = sqlite.Open(sqlite.Options{Dir: p.data, Clock: c, KeyHash: hash, NewKey: p.newKey, Warn: warn})
	case scheme == "postgres", scheme == "postgresql":
		s, err = postgres.Open(ctx, p.url, postgres.Options{Clock: c, KeyHash: hash, NewKey: p.newKey, Warn: warn})
	default: // the message leaves out the URL, which may hold a password
		return nil, errors.New(`--store (GATEWAY_STORE) takes a URL such as "postgres://gateway@db.internal/gateway"; leave it out for the embedded store`)
	}
	if errors.Is(err, store.ErrOtherKey) {
		return nil, fmt.Errorf("%w; give this gateway the key that the store was written with, in GATEWAY_KEY or in the file %q; if the key was changed on purpose, stop all gateways on the store and start each one once with --new-key", err, filepath.Join(p.data, "key"))
	}
	return s, err
}
