package sqlite

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// PutKey makes a key unless it exists.
func (s *Store) PutKey(ctx context.Context, k store.Key, ttl time.Duration) (existing store.Key, made bool, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		var found bool
		var err error
		existing, found, err = t.findKey(k.Scope, k.Name)
		if err != nil || found {
			made = false
			return err
		}
		until := t.now + roundUpMillis(ttl)
		existing, made = k, true
		existing.Expires = time.UnixMilli(until)
		return t.writeKey(k, until)
	})
	return existing, made, err
}

const selectKey = "SELECT run, value, expires FROM keys WHERE scope = ? AND name = ? AND expires > ?"

// findKey returns a key that has not expired.
func (t *tx) findKey(scope, name string) (store.Key, bool, error) {
	k := store.Key{Scope: scope, Name: name}
	found, err := t.queryRow(selectKey, keyScanner(&k), scope, t.hash.keyName(scope, name), t.now)
	return k, found, err
}

// FindKey returns a key, and whether it exists.
func (s *Store) FindKey(ctx context.Context, scope, name string) (k store.Key, found bool, err error) {
	err = s.readers.withView(ctx, func(v *view) (err error) {
		k = store.Key{Scope: scope, Name: name}
		found, err = v.queryRow(selectKey, keyScanner(&k), scope, s.hash.keyName(scope, name), s.clock.now())
		return err
	})
	return k, found, err
}

func keyScanner(k *store.Key) func([]driver.Value) {
	return func(v []driver.Value) { k.Run, k.Value, k.Expires = textOf(v[0]), blobOf(v[1]), timeOf(v[2]) }
}

func (t *tx) writeKey(k store.Key, until int64) error {
	_, err := t.exec("INSERT OR REPLACE INTO keys (scope, name, run, value, expires) VALUES (?, ?, ?, ?, ?)",
		k.Scope, t.hash.keyName(k.Scope, k.Name), k.Run, nullBlob(k.Value), until)
	return err
}

// SetKey replaces the value of a key.
func (s *Store) SetKey(ctx context.Context, k store.Key) error {
	return s.writer.do(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE keys SET value = ? WHERE scope = ? AND name = ? AND run = ? AND expires > ?",
			nullBlob(k.Value), k.Scope, t.hash.keyName(k.Scope, k.Name), k.Run, t.now)
		if err == nil && n == 0 {
			err = store.MissingKey(k.Scope)
		}
		return err
	})
}

// DropKey deletes a key.
func (s *Store) DropKey(ctx context.Context, k store.Key) error {
	return s.writer.do(ctx, func(t *tx) error {
		_, err := t.exec("DELETE FROM keys WHERE scope = ? AND name = ? AND run = ?", k.Scope, t.hash.keyName(k.Scope, k.Name), k.Run)
		return err
	})
}
