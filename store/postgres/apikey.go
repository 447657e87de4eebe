package postgres

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// ListAPIKeys returns all keys.
func (s *Store) ListAPIKeys(ctx context.Context) (store.APIKeyList, error) {
	var out store.APIKeyList
	err := inTransaction(ctx, s.readPool, func(ctx context.Context, t *tx) error {
		out = store.APIKeyList{}
		useSnapshot(t)
		addVersionQuery(t, &out.Version)
		addAPIKeysQuery(t, &out.Keys)
		return t.sendAll(ctx)
	})
	return out, wrapContextError(ctx, err)
}

// APIKeysVersion returns the version of the keys.
func (s *Store) APIKeysVersion(ctx context.Context) (version int64, err error) {
	err = inTransaction(ctx, s.readPool, func(_ context.Context, t *tx) error {
		addVersionQuery(t, &version)
		return nil
	})
	return version, wrapContextError(ctx, err)
}

func addVersionQuery(t *tx, version *int64) {
	scanRows(t.addSQL("SELECT version FROM api_keys_version WHERE one = 1"), []any{version}, func() error { return nil })
}

func addAPIKeysQuery(t *tx, keys *[]store.APIKey) {
	var k store.APIKey
	var hash []byte
	var created time.Time
	var expires, used *time.Time
	q := t.addSQL("SELECT hash, name, hint, flows, created, expires, used, all_flows FROM api_keys ORDER BY name, created, hash")
	scanRows(q, []any{&hash, &k.Name, &k.Hint, &k.Flows, &created, &expires, &used, &k.AllFlows}, func() error {
		row := k
		copy(row.Hash[:], hash)
		row.Created, row.Expires, row.Used = timeOf(&created), timeOf(expires), timeOf(used)
		*keys = append(*keys, row)
		k.Flows = nil
		return nil
	})
}

// ChangeAPIKeys changes keys.
func (s *Store) ChangeAPIKeys(ctx context.Context, c store.APIKeyChange) error {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	return inTransaction(ctx, s.writePool, func(ctx context.Context, t *tx) error {
		var now time.Time
		var keys []store.APIKey
		scanRows(t.addSQL("UPDATE api_keys_version SET version = version + 1 WHERE one = 1 RETURNING clock()"), []any{&now}, func() error { return nil })
		addAPIKeysQuery(t, &keys)
		if err := t.sendAll(ctx); err != nil {
			return err
		}
		d, err := c.Apply(keys, timeOf(&now))
		if err == nil {
			writeAPIKeys(t, d)
		}
		return err
	})
}

func writeAPIKeys(t *tx, d store.APIKeyDiff) {
	t.addSQL("DELETE FROM api_keys WHERE hash = ANY($1::bytea[])", hashBytes(d.Delete))
	for i := range d.Put {
		k := &d.Put[i]
		t.addSQL("INSERT INTO api_keys (hash, name, hint, flows, created, expires, all_flows) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (hash) DO UPDATE SET expires = excluded.expires",
			k.Hash[:], k.Name, k.Hint, append([]string{}, k.Flows...), k.Created, nullTime(k.Expires), k.AllFlows)
	}
}

func hashBytes(hashes []store.APIKeyHash) [][]byte {
	out := make([][]byte, len(hashes))
	for i := range hashes {
		out[i] = hashes[i][:]
	}
	return out
}

// NoteAPIKeyUses sets the last use of keys. Each row is locked in the order of the
// hashes, so that gateways that note the same keys do not deadlock.
func (s *Store) NoteAPIKeyUses(ctx context.Context, hashes ...store.APIKeyHash) error {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	return inTransaction(ctx, s.writePool, func(_ context.Context, t *tx) error {
		t.addSQL("WITH locked AS (SELECT hash FROM api_keys WHERE hash = ANY($1::bytea[]) ORDER BY hash FOR UPDATE) UPDATE api_keys k SET used = clock() FROM locked l WHERE k.hash = l.hash",
			hashBytes(hashes))
		return nil
	})
}
