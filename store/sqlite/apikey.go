package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// ListAPIKeys returns all keys.
func (s *Store) ListAPIKeys(ctx context.Context) (store.APIKeyList, error) {
	var out store.APIKeyList
	err := s.readers.withView(ctx, func(v *view) (err error) {
		if out.Version, err = readAPIKeysVersion(v); err != nil {
			return err
		}
		out.Keys, err = readAPIKeys(v)
		return err
	})
	return out, err
}

// APIKeysVersion returns the version of the keys.
func (s *Store) APIKeysVersion(ctx context.Context) (version int64, err error) {
	err = s.readers.withView(ctx, func(v *view) (err error) {
		version, err = readAPIKeysVersion(v)
		return err
	})
	return version, err
}

func readAPIKeysVersion(r querier) (version int64, err error) {
	_, err = r.queryRow("SELECT version FROM api_keys_version WHERE one = 1", func(v []driver.Value) { version = intOf(v[0]) })
	return version, err
}

func readAPIKeys(r querier) ([]store.APIKey, error) {
	var out []store.APIKey
	err := r.query("SELECT hash, name, hint, flows, created, expires, used, all_flows FROM api_keys ORDER BY name, created, hash", func(v []driver.Value) error {
		k := store.APIKey{Name: textOf(v[1]), Hint: textOf(v[2]), Created: timeOf(v[4]), Expires: timeOf(v[5]), Used: timeOf(v[6]), AllFlows: intOf(v[7]) != 0}
		copy(k.Hash[:], blobOf(v[0]))
		out = append(out, k)
		return json.Unmarshal([]byte(textOf(v[3])), &out[len(out)-1].Flows)
	})
	return out, err
}

// ChangeAPIKeys changes keys.
func (s *Store) ChangeAPIKeys(ctx context.Context, c store.APIKeyChange) error {
	return s.writer.do(ctx, func(t *tx) error {
		keys, err := readAPIKeys(t)
		if err != nil {
			return err
		}
		d, err := c.Apply(keys, time.UnixMilli(t.now))
		if err != nil {
			return err
		}
		return t.writeAPIKeys(d)
	})
}

func (t *tx) writeAPIKeys(d store.APIKeyDiff) error {
	for _, h := range d.Delete {
		if _, err := t.exec("DELETE FROM api_keys WHERE hash = ?", h[:]); err != nil {
			return err
		}
	}
	for i := range d.Put {
		if err := t.writeAPIKey(&d.Put[i]); err != nil {
			return err
		}
	}
	_, err := t.exec("UPDATE api_keys_version SET version = version + 1 WHERE one = 1")
	return err
}

func (t *tx) writeAPIKey(k *store.APIKey) error {
	flows, err := json.Marshal(append([]string{}, k.Flows...))
	if err != nil {
		return err
	}
	_, err = t.exec("INSERT INTO api_keys (hash, name, hint, flows, created, expires, all_flows) VALUES (?, ?, ?, ?, ?, ?, ?)"+
		" ON CONFLICT (hash) DO UPDATE SET expires = excluded.expires",
		k.Hash[:], k.Name, k.Hint, string(flows), k.Created.UnixMilli(), nullMillis(k.Expires), k.AllFlows)
	return err
}

// NoteAPIKeyUses sets the last use of keys.
func (s *Store) NoteAPIKeyUses(ctx context.Context, hashes ...store.APIKeyHash) error {
	return s.writer.do(ctx, func(t *tx) error {
		for _, h := range hashes {
			if _, err := t.exec("UPDATE api_keys SET used = ? WHERE hash = ?", t.now, h[:]); err != nil {
				return err
			}
		}
		return nil
	})
}
