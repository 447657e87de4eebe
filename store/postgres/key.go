package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/store"
)

// PutKey makes a key unless it exists.
func (s *Store) PutKey(ctx context.Context, k store.Key, ttl time.Duration) (existing store.Key, made bool, err error) {
	if err := checkScope(k.Scope); err != nil {
		return store.Key{}, false, err
	}
	p := &putKeyOp{key: s.hashName(k), ttl: ttl}
	if err := s.acceptBatcher.Do(ctx, p); err != nil {
		return store.Key{}, false, err
	}
	p.existing.Name = k.Name
	return p.existing, p.made, nil
}

// FindKey returns a key, and whether it exists.
func (s *Store) FindKey(ctx context.Context, scope, name string) (k store.Key, found bool, err error) {
	const find = "SELECT run, value, expires FROM keys WHERE scope = $1 AND name = $2 AND expires > clock()"
	hashed := s.hashName(store.Key{Scope: scope, Name: name})
	err = inTransaction(ctx, s.readPool, func(_ context.Context, t *tx) error {
		k, found = store.Key{Scope: scope, Name: name}, false
		scanRows(t.addSQL(find, scope, []byte(hashed.Name)), []any{&k.Run, &k.Value, &k.Expires}, func() error {
			k.Expires, found = k.Expires.Truncate(time.Millisecond), true
			return nil
		})
		return nil
	})
	return k, found, wrapContextError(ctx, err)
}

// hashName returns a key as the table stores it.
func (s *Store) hashName(k store.Key) store.Key {
	k.Name = s.options.KeyHash.KeyName(k.Scope, k.Name)
	return k
}

// checkScope refuses a scope that the table cannot store. The program chooses
// scopes; texts of clients are in names.
func checkScope(scope string) error {
	if !utf8.ValidString(scope) || strings.Contains(scope, "\x00") {
		return fmt.Errorf("the scope %q of a key must be UTF-8 without NUL", scope)
	}
	return nil
}

type putKeyOp struct {
	key      store.Key
	ttl      time.Duration
	request  *keyRequest
	existing store.Key
	made     bool
}

func (p *putKeyOp) size() int              { return stepBytes + len(p.key.Value) }
func (p *putKeyOp) prepare(b *acceptBatch) { p.request = b.keyRequests.addKey(p.key, p.ttl) }

func (p *putKeyOp) apply(*acceptBatch) error {
	existing, taken := p.request.existingKey()
	if !taken {
		p.request.assign(p.key, p.ttl)
		existing, _ = p.request.existingKey()
	}
	p.existing, p.made = existing, !taken
	return nil
}

// SetKey replaces the value of a key.
func (s *Store) SetKey(ctx context.Context, k store.Key) error {
	if err := checkScope(k.Scope); err != nil {
		return err
	}
	return s.acceptBatcher.Do(ctx, &setKeyOp{key: s.hashName(k)})
}

type setKeyOp struct {
	key     store.Key
	updated *bool
}

func (k *setKeyOp) size() int              { return stepBytes + len(k.key.Value) }
func (k *setKeyOp) prepare(b *acceptBatch) { k.updated = b.keyUpdates.addKey(k.key) }

func (k *setKeyOp) apply(*acceptBatch) error {
	if !*k.updated {
		return store.MissingKey(k.key.Scope)
	}
	return nil
}

// keyUpdates are the key values that a transaction sets.
type keyUpdates struct {
	keys    []store.Key
	indexes map[runKey]int
	updated map[runKey]*bool
}

// runKey is the name of a key, and the run that owns it.
type runKey struct {
	keyName
	run string
}

// addKey adds a key to set, and returns whether it was set, which is known
// after the first trip. If two operations set one key, the later value wins.
func (s *keyUpdates) addKey(k store.Key) *bool {
	if s.indexes == nil {
		s.indexes, s.updated = map[runKey]int{}, map[runKey]*bool{}
	}
	name := runKey{keyNameOf(k), store.CleanText(k.Run)}
	if i, ok := s.indexes[name]; ok {
		s.keys[i] = k
		return s.updated[name]
	}
	s.indexes[name], s.updated[name] = len(s.keys), new(bool)
	s.keys = append(s.keys, k)
	return s.updated[name]
}

func (s *keyUpdates) addUpdate(t *tx) {
	if len(s.keys) == 0 {
		return
	}
	q := newQuery("UPDATE keys k SET value = u.value FROM ").table("u", append(keyColumns(s.keys),
		columnOf("value", "bytea", s.keys, func(k *store.Key) []byte { return nullBlob(k.Value) }))).
		add(" WHERE k.scope = u.scope AND k.name = u.name AND k.run = u.run AND k.expires > clock() RETURNING k.scope, k.name, k.run")
	var scope, run string
	var name []byte
	scanRows(t.addQuery(q), []any{&scope, &name, &run}, func() error {
		*s.updated[runKey{keyName{scope, string(name)}, run}] = true
		return nil
	})
}

func keyColumns(keys []store.Key) []column {
	return []column{
		columnOf("scope", "text", keys, func(k *store.Key) string { return k.Scope }),
		columnOf("name", "bytea", keys, func(k *store.Key) []byte { return []byte(k.Name) }),
		columnOf("run", "text", keys, func(k *store.Key) string { return store.CleanText(k.Run) }),
	}
}

// DropKey deletes a key.
func (s *Store) DropKey(ctx context.Context, k store.Key) error {
	if err := checkScope(k.Scope); err != nil {
		return err
	}
	return s.acceptBatcher.Do(ctx, &dropKeyOp{key: s.hashName(k)})
}

type dropKeyOp struct{ key store.Key }

func (k *dropKeyOp) size() int            { return stepBytes }
func (k *dropKeyOp) prepare(*acceptBatch) {}

func (k *dropKeyOp) apply(b *acceptBatch) error {
	b.droppedKeys = append(b.droppedKeys, k.key)
	return nil
}

func deleteKeys(t *tx, keys []store.Key) {
	if len(keys) > 0 {
		t.addQuery(newQuery("DELETE FROM keys k USING ").table("u", keyColumns(keys)).
			add(" WHERE k.scope = u.scope AND k.name = u.name AND k.run = u.run"))
	}
}

// keyName identifies a key.
type keyName struct{ scope, name string }

func keyNameOf(k store.Key) keyName { return keyName{k.Scope, k.Name} }

// keyRequests are the keys that operations of a transaction want to make. All
// are inserted before the first decision, unless they exist. Then the
// transaction deletes the keys that no operation needed.
type keyRequests struct {
	requests []*keyRequest
	byName   map[keyName]*keyRequest
}

// keyRequest is a key that one or more operations want to make.
type keyRequest struct {
	keyName
	requested store.Key // by the first operation; inserted if the key does not exist
	ttl       time.Duration

	made     bool      // the key did not exist
	existing store.Key // the key in the table, or as it was assigned
	assigned bool      // to an operation of this transaction
	rewrite  bool      // the key was assigned with another run or TTL than it was inserted with
	now      time.Time
}

// addKey adds a key to make.
func (r *keyRequests) addKey(k store.Key, ttl time.Duration) *keyRequest {
	name := keyNameOf(k)
	if request, ok := r.byName[name]; ok {
		return request
	}
	if r.byName == nil {
		r.byName = map[keyName]*keyRequest{}
	}
	request := &keyRequest{keyName: name, requested: k, ttl: ttl}
	r.byName[name] = request
	r.requests = append(r.requests, request)
	return request
}

// existingKey returns the key if another operation or transaction has it.
func (r *keyRequest) existingKey() (store.Key, bool) { return r.existing, !r.made || r.assigned }

// assign gives the key to an operation of this transaction.
func (r *keyRequest) assign(k store.Key, ttl time.Duration) {
	r.rewrite = k.Run != r.requested.Run || ttl != r.ttl
	r.assigned = true
	r.existing.Run, r.existing.Value, r.ttl = k.Run, k.Value, ttl
	r.existing.Expires = r.now.Add(ttl)
}

// addInserts adds statements that insert the keys and read the existing ones.
// They lock the keys in the order of their names, as all transactions do.
func (r *keyRequests) addInserts(t *tx) {
	if len(r.requests) == 0 {
		return
	}
	rows := r.requests
	columns := []column{
		columnOf("scope", "text", rows, func(r **keyRequest) string { return (*r).scope }),
		columnOf("name", "bytea", rows, func(r **keyRequest) []byte { return []byte((*r).name) }),
		columnOf("run", "text", rows, func(r **keyRequest) string { return store.CleanText((*r).requested.Run) }),
		columnOf("value", "bytea", rows, func(r **keyRequest) []byte { return nullBlob((*r).requested.Value) }),
		columnOf("ttl", "bigint", rows, func(r **keyRequest) int64 { return roundUpMicros((*r).ttl) }),
	}
	var scope string
	var name []byte
	put := newQuery("INSERT INTO keys AS k (scope, name, run, value, expires)"+
		" SELECT u.scope, u.name, u.run, u.value, clock() + u.ttl * interval '1 microsecond' FROM ").table("u", columns).
		add(" ORDER BY u.scope, u.name ON CONFLICT (scope, name) DO UPDATE SET run = excluded.run, value = excluded.value, expires = excluded.expires" +
			" WHERE k.expires <= clock() RETURNING scope, name")
	scanRows(t.addQuery(put), []any{&scope, &name}, func() error {
		r.byName[keyName{scope, string(name)}].made = true
		return nil
	})
	var existing store.Key
	var now time.Time
	find := newQuery("SELECT k.scope, k.name, k.run, k.value, k.expires, clock() FROM keys k JOIN ").table("u", columns[:2]).
		add(" ON k.scope = u.scope AND k.name = u.name")
	scanRows(t.addQuery(find), []any{&scope, &name, &existing.Run, &existing.Value, &existing.Expires, &now}, func() error {
		request := r.byName[keyName{scope, string(name)}]
		existing.Expires = existing.Expires.Truncate(time.Millisecond)
		request.existing, request.now = existing, now
		request.existing.Scope, request.existing.Name = request.requested.Scope, request.requested.Name
		return nil
	})
}

// addCorrections adds statements that delete the keys which no operation was
// assigned, and update the keys of another operation than the first.
func (r *keyRequests) addCorrections(t *tx) {
	var dropped, rewritten []*keyRequest
	for _, request := range r.requests {
		switch {
		case !request.made:
		case !request.assigned:
			dropped = append(dropped, request)
		case request.rewrite:
			rewritten = append(rewritten, request)
		}
	}
	scope := func(r **keyRequest) string { return (*r).scope }
	name := func(r **keyRequest) []byte { return []byte((*r).name) }
	if len(dropped) > 0 {
		t.addQuery(newQuery("DELETE FROM keys k USING ").table("u", []column{
			columnOf("scope", "text", dropped, scope), columnOf("name", "bytea", dropped, name),
		}).add(" WHERE k.scope = u.scope AND k.name = u.name"))
	}
	if len(rewritten) > 0 {
		columns := []column{
			columnOf("run", "text", rewritten, func(r **keyRequest) string { return store.CleanText((*r).existing.Run) }),
			columnOf("value", "bytea", rewritten, func(r **keyRequest) []byte { return nullBlob((*r).existing.Value) }),
			columnOf("expires", "timestamptz", rewritten, func(r **keyRequest) time.Time { return (*r).existing.Expires }),
		}
		t.addQuery(newQuery("UPDATE keys k SET "+assignments(columns, "u")+" FROM ").
			table("u", append([]column{columnOf("scope", "text", rewritten, scope), columnOf("name", "bytea", rewritten, name)}, columns...)).
			add(" WHERE k.scope = u.scope AND k.name = u.name"))
	}
}
