package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
)

// hashBatch is how many order keys or names one transaction hashes.
const hashBatch = 1000

// keyHasher hashes the texts of earlier versions in a schema.
type keyHasher struct {
	*store.KeyHash
	accept bool // another key than before
	conn   *pgx.Conn
	schema string
}

// hashOldKeys checks the key, and hashes the texts of earlier versions, once. No
// gateway of this version works on the schema before all are hashed: each takes
// part until the first one has finished. If it is interrupted, the next start
// continues.
func (h *keyHasher) hashOldKeys(ctx context.Context) error {
	if h.KeyHash == nil {
		return nil
	}
	runs, keys := oldOrderKeys{KeyHash: h.KeyHash}, oldNames{KeyHash: h.KeyHash, name: []byte{}}
	for _, next := range []func(context.Context, pgx.Tx) (bool, error){runs.hashNext, keys.hashNext, markHashed} {
		for more := true; more; {
			done := false
			err := h.inLockedTransaction(ctx, func(t pgx.Tx) (err error) {
				if done, err = h.checkKeyHash(ctx, t); done || err != nil {
					return err
				}
				more, err = next(ctx, t)
				return err
			})
			if done || err != nil {
				return err
			}
		}
	}
	return nil
}

// inLockedTransaction calls f in a transaction, while no other gateway migrates.
func (h *keyHasher) inLockedTransaction(ctx context.Context, f func(pgx.Tx) error) error {
	t, err := h.conn.Begin(ctx)
	if err != nil {
		return wrapContextError(ctx, err)
	}
	if err = lockMigrations(ctx, t, h.schema); err == nil {
		err = f(t)
	}
	if errors.Is(err, store.ErrOtherKey) {
		return errors.Join(err, t.Rollback(context.WithoutCancel(ctx)))
	}
	if err != nil {
		return errors.Join(wrapContextError(ctx, err), t.Rollback(context.WithoutCancel(ctx)))
	}
	return wrapContextError(ctx, t.Commit(ctx))
}

// checkKeyHash stores the fingerprint of the key, or compares it with the stored
// one. It returns whether all texts are hashed.
func (h *keyHasher) checkKeyHash(ctx context.Context, t pgx.Tx) (done bool, err error) {
	var stored string
	err = t.QueryRow(ctx, "SELECT fingerprint, done FROM key_hash").Scan(&stored, &done)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
	case err != nil || stored == h.Fingerprint():
		return done, err
	case !h.accept:
		return false, store.ErrOtherKey
	}
	_, err = t.Exec(ctx, `INSERT INTO key_hash (one, fingerprint, done) VALUES (1, $1, false)
		ON CONFLICT (one) DO UPDATE SET fingerprint = excluded.fingerprint`, h.Fingerprint())
	return done, err
}

func markHashed(ctx context.Context, t pgx.Tx) (more bool, err error) {
	_, err = t.Exec(ctx, "UPDATE key_hash SET done = true")
	return false, err
}

// oldOrderKeys hashes the order keys of runs that an earlier version stored.
type oldOrderKeys struct {
	*store.KeyHash
	after [16]byte // runs up to this one are done
}

func (o *oldOrderKeys) hashNext(ctx context.Context, t pgx.Tx) (more bool, err error) {
	rows, err := t.Query(ctx, "SELECT id, okey FROM runs WHERE id > $1 AND okey IS NOT NULL ORDER BY id LIMIT $2", o.after, hashBatch)
	if err != nil {
		return false, err
	}
	var ids [][16]byte
	var hashes [][]byte
	var id [16]byte
	var text []byte
	found, err := pgx.ForEachRow(rows, []any{&id, &text}, func() error {
		o.after = id
		if hashed, old := o.HashStored(string(text)); old {
			ids, hashes = append(ids, id), append(hashes, []byte(hashed))
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	_, err = t.Exec(ctx, "UPDATE runs r SET okey = u.okey FROM unnest($1::uuid[], $2::bytea[]) u (id, okey) WHERE r.id = u.id", ids, hashes)
	return found.RowsAffected() == hashBatch, err
}

// oldNames hashes the names of keys that an earlier version stored.
type oldNames struct {
	*store.KeyHash
	scope string // keys up to this one are done
	name  []byte
}

func (o *oldNames) hashNext(ctx context.Context, t pgx.Tx) (more bool, err error) {
	const list = `SELECT scope, name FROM keys WHERE (scope, name) > ($1::text COLLATE "C", $2::bytea) AND scope <> $3 ORDER BY scope, name LIMIT $4`
	rows, err := t.Query(ctx, list, o.scope, o.name, store.ScheduleScope, hashBatch)
	if err != nil {
		return false, err
	}
	var scopes []string
	var names, hashes [][]byte
	var scope string
	var name []byte
	found, err := pgx.ForEachRow(rows, []any{&scope, &name}, func() error {
		o.scope, o.name = scope, name
		if hashed, old := o.HashStored(string(name)); old {
			scopes, names, hashes = append(scopes, scope), append(names, name), append(hashes, []byte(hashed))
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	_, err = t.Exec(ctx, `UPDATE keys k SET name = u.hashed FROM unnest($1::text[], $2::bytea[], $3::bytea[]) u (scope, name, hashed)
		WHERE k.scope = u.scope AND k.name = u.name`, scopes, names, hashes)
	return found.RowsAffected() == hashBatch, err
}
