package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/sqlite"
	"github.com/webhook-gateway/gateway/store/storetest"
)

// TestMemorySuite: a store in memory keeps the contract of the store. Its places
// are files, which hold its image while it is closed.
func TestMemorySuite(t *testing.T) {
	t.Parallel()
	places := &memoryPlaces{open: map[string]bool{}}
	storetest.Run(t, storetest.Engine{
		Place: func(t *testing.T) string { return filepath.Join(t.TempDir(), "image.db") },
		Open:  places.openStore,
		Execute: func(t *testing.T, place, statement string, args ...any) (n int64) {
			useFile(t, place, func(db *sql.DB) error {
				r, err := db.ExecContext(t.Context(), strings.ReplaceAll(statement, "$", "?"), args...)
				if err != nil {
					return err
				}
				n, err = r.RowsAffected()
				return err
			})
			return n
		},
	})
}

// memoryPlaces knows which places are open.
type memoryPlaces struct {
	mu   sync.Mutex
	open map[string]bool
}

// memoryStore writes its image when it is closed.
type memoryStore struct {
	*sqlite.Store
	close func() error

	mu     sync.RWMutex
	closed bool
}

// Accept implements store.Store. None succeeds after the image was made.
func (m *memoryStore) Accept(ctx context.Context, sub *store.Submission) (store.Accepted, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return store.Accepted{}, store.ErrClosed
	}
	return m.Store.Accept(ctx, sub)
}

// Close implements store.Store.
func (m *memoryStore) Close() error {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	return m.close()
}

func (p *memoryPlaces) openStore(place string, o storetest.Options) (store.Store, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[place] {
		return nil, store.ErrInUse
	}
	image, err := os.ReadFile(place) //nolint:gosec // a file of the test
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	s, err := sqlite.OpenMemoryWith(sqlite.Options{Clock: o.Clock, Elapsed: o.Clock.Elapsed, KeyHash: o.KeyHash, NewKey: o.NewKey}, image)
	if err != nil {
		return nil, err
	}
	p.open[place] = true
	return &memoryStore{Store: s, close: sync.OnceValue(func() error {
		image, err := s.Image()
		if err == nil {
			err = os.WriteFile(place, image, 0o600)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.open, place)
		return errors.Join(err, s.Close())
	})}, nil
}
