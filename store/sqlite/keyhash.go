package sqlite

import (
	"database/sql/driver"
	"fmt"

	"github.com/webhook-gateway/gateway/store"
)

// keyHash hashes the keys of a file.
type keyHash struct {
	*store.KeyHash
	accept bool // another key than before
}

// orderKeyBytes returns an order key as the file stores it.
func (h keyHash) orderKeyBytes(key string) []byte { return []byte(h.OrderKey(key)) }

// keyName returns the name of a key as the file stores it.
func (h keyHash) keyName(scope, name string) []byte { return []byte(h.KeyName(scope, name)) }

// hashBatch is how many order keys or names one transaction hashes.
const hashBatch = 1000

// hashOldKeys checks the key, and hashes the texts of earlier versions, once, in
// several transactions. If it is interrupted, the next call continues.
func (t *tx) hashOldKeys() error {
	if t.hash.KeyHash == nil {
		return nil
	}
	var done bool
	if err := t.inOwnTransaction(func() error { return t.checkKeyHash(&done) }); err != nil || done {
		return err
	}
	runs, keys := oldOrderKeys{tx: t}, oldNames{tx: t, name: []byte{}}
	announced := false
	for _, next := range []func() (more bool, err error){runs.hashNext, keys.hashNext} {
		for more := true; more; {
			err := t.inOwnTransaction(func() (err error) {
				more, err = next()
				return err
			})
			if err != nil {
				return err
			}
			if more && !announced {
				t.warn("the keys of runs, which an earlier version stored as text, are hashed now; the start takes longer, some minutes for millions of keys")
				announced = true
			}
		}
	}
	if runs.found || keys.found {
		t.compact("holds the texts of keys in its free space, until it is overwritten")
	}
	return t.inOwnTransaction(func() error {
		_, err := t.exec("UPDATE key_hash SET done = 1")
		return err
	})
}

// checkKeyHash stores the fingerprint of the key, or compares it with the stored
// one.
func (t *tx) checkKeyHash(done *bool) error {
	var stored string
	_, err := t.queryRow("SELECT fingerprint, done FROM key_hash", func(v []driver.Value) {
		stored, *done = textOf(v[0]), intOf(v[1]) != 0
	})
	if err != nil || stored == t.hash.Fingerprint() {
		return err
	}
	if stored != "" && !t.hash.accept {
		return store.ErrOtherKey
	}
	_, err = t.exec("INSERT INTO key_hash (one, fingerprint, done) VALUES (1, ?, 0) ON CONFLICT (one) DO UPDATE SET fingerprint = excluded.fingerprint",
		t.hash.Fingerprint())
	return err
}

// oldOrderKeys hashes the order keys of runs that an earlier version stored.
type oldOrderKeys struct {
	*tx
	after int64 // runs up to this one are done
	found bool  // a text was hashed
}

func (o *oldOrderKeys) hashNext() (more bool, err error) {
	type row struct {
		seq  int64
		text string
	}
	var rows []row
	const list = "SELECT seq, okey FROM runs WHERE seq > ? AND okey IS NOT NULL ORDER BY seq LIMIT ?"
	err = o.query(list, func(v []driver.Value) error {
		rows = append(rows, row{intOf(v[0]), string(blobOf(v[1]))})
		return nil
	}, o.after, int64(hashBatch))
	if err != nil {
		return false, err
	}
	for _, r := range rows {
		o.after = r.seq
		hashed, old := o.hash.HashStored(r.text)
		if !old {
			continue
		}
		o.found = true
		if _, err := o.exec("UPDATE runs SET okey = ? WHERE seq = ?", []byte(hashed), r.seq); err != nil {
			return false, fmt.Errorf("hashing order keys: %w", err)
		}
	}
	return len(rows) == hashBatch, nil
}

// oldNames hashes the names of keys that an earlier version stored.
type oldNames struct {
	*tx
	scope string // keys up to this one are done
	name  []byte
	found bool // a text was hashed
}

func (o *oldNames) hashNext() (more bool, err error) {
	type row struct {
		scope string
		name  []byte
	}
	var rows []row
	const list = "SELECT scope, name FROM keys WHERE (scope, name) > (?, ?) AND scope <> ? ORDER BY scope, name LIMIT ?"
	err = o.query(list, func(v []driver.Value) error {
		rows = append(rows, row{textOf(v[0]), nonNil(blobOf(v[1]))})
		return nil
	}, o.scope, o.name, store.ScheduleScope, int64(hashBatch))
	if err != nil {
		return false, err
	}
	for _, r := range rows {
		o.scope, o.name = r.scope, r.name
		hashed, old := o.hash.HashStored(string(r.name))
		if !old {
			continue
		}
		o.found = true
		if _, err := o.exec("UPDATE OR REPLACE keys SET name = ? WHERE scope = ? AND name = ?", []byte(hashed), r.scope, r.name); err != nil {
			return false, fmt.Errorf("hashing names of keys: %w", err)
		}
	}
	return len(rows) == hashBatch, nil
}
