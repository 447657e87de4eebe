package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/webhook-gateway/gateway/store"
)

// PutKey makes a key unless it is there.
func (s *Store) PutKey(ctx context.Context, k store.Key, ttl time.Duration) (held store.Key, made bool, err error) {
	if err := checkScope(k.Scope); err != nil {
		return store.Key{}, false, err
	}
	p := &keyPut{key: k, ttl: ttl}
	err = s.intake.Do(ctx, p)
	return p.held, p.made, err
}

// checkScope refuses a scope that the table can't hold. Scopes are the words of
// the program; what callers send is in names.
func checkScope(scope string) error {
	if !utf8.ValidString(scope) || strings.Contains(scope, "\x00") {
		return fmt.Errorf("the scope %q of a key must be UTF-8 without NUL", scope)
	}
	return nil
}

type keyPut struct {
	key  store.Key
	ttl  time.Duration
	wish *keyWish
	held store.Key
	made bool
}

func (p *keyPut) size() int           { return stepBytes + len(p.key.Value) }
func (p *keyPut) ends() []store.Claim { return nil }
func (p *keyPut) ask(in *intake)      { p.wish = in.keys.add(p.key, p.ttl) }

func (p *keyPut) decide(*intake) error {
	held, taken := p.wish.taken()
	if !taken {
		p.wish.grant(p.key, p.ttl)
		held, _ = p.wish.taken()
	}
	p.held, p.made = held, !taken
	return nil
}

// SetKey replaces the value of a key.
func (s *Store) SetKey(ctx context.Context, k store.Key) error {
	if err := checkScope(k.Scope); err != nil {
		return err
	}
	return s.intake.Do(ctx, &keySet{key: k})
}

type keySet struct {
	key store.Key
	set *bool
}

func (k *keySet) size() int           { return stepBytes + len(k.key.Value) }
func (k *keySet) ends() []store.Claim { return nil }

func (k *keySet) ask(in *intake) { k.set = in.sets.add(k.key) }

func (k *keySet) decide(*intake) error {
	if !*k.set {
		return noKey(k.key.Scope)
	}
	return nil
}

// noKey leaves out the name, which may hold what callers sent.
func noKey(scope string) error { return fmt.Errorf("%w: no such key of %q", store.ErrNotFound, scope) }

// keySets are the values that a transaction sets.
type keySets struct {
	keys   []store.Key
	places map[keyOfRun]int
	found  map[keyOfRun]*bool
}

// keyOfRun is a key as its holder knows it.
type keyOfRun struct {
	keyName
	run string
}

// add asks for a value to be set; what it returns tells whether it was. Of two
// values for one key the later one counts.
func (s *keySets) add(k store.Key) *bool {
	if s.places == nil {
		s.places, s.found = map[keyOfRun]int{}, map[keyOfRun]*bool{}
	}
	name := keyOfRun{nameOf(k), store.CleanText(k.Run)}
	if i, ok := s.places[name]; ok {
		s.keys[i] = k
		return s.found[name]
	}
	s.places[name], s.found[name] = len(s.keys), new(bool)
	s.keys = append(s.keys, k)
	return s.found[name]
}

func (s *keySets) queue(t *tx) {
	if len(s.keys) == 0 {
		return
	}
	q := sql("UPDATE keys k SET value = u.value FROM ").table("u", append(keyColumns(s.keys),
		col("value", "bytea", s.keys, func(k *store.Key) []byte { return bytea(k.Value) }))).
		add(" WHERE k.scope = u.scope AND k.name = u.name AND k.run = u.run AND k.expires > clock() RETURNING k.scope, k.name, k.run")
	var scope, run string
	var name []byte
	each(t.put(q), []any{&scope, &name, &run}, func() error {
		*s.found[keyOfRun{keyName{scope, string(name)}, run}] = true
		return nil
	})
}

func keyColumns(keys []store.Key) []column {
	return []column{
		col("scope", "text", keys, func(k *store.Key) string { return k.Scope }),
		col("name", "bytea", keys, func(k *store.Key) []byte { return []byte(store.ShortName(k.Name)) }),
		col("run", "text", keys, func(k *store.Key) string { return store.CleanText(k.Run) }),
	}
}

// DropKey gives a key free.
func (s *Store) DropKey(ctx context.Context, k store.Key) error {
	if err := checkScope(k.Scope); err != nil {
		return err
	}
	return s.intake.Do(ctx, &keyDrop{key: k})
}

type keyDrop struct{ key store.Key }

func (k *keyDrop) size() int           { return stepBytes }
func (k *keyDrop) ends() []store.Claim { return nil }
func (k *keyDrop) ask(*intake)         {}

func (k *keyDrop) decide(in *intake) error {
	in.dropped = append(in.dropped, k.key)
	return nil
}

func dropKeys(t *tx, keys []store.Key) {
	if len(keys) > 0 {
		t.put(sql("DELETE FROM keys k USING ").table("u", keyColumns(keys)).
			add(" WHERE k.scope = u.scope AND k.name = u.name AND k.run = u.run"))
	}
}

// keyName is what a key is known by.
type keyName struct{ scope, name string }

func nameOf(k store.Key) keyName { return keyName{k.Scope, store.ShortName(k.Name)} }

// keyWishes are the keys that a transaction wants to make. They are made, or
// found to be there, before anything is decided; what is not needed after all is
// dropped.
type keyWishes struct {
	wishes []*keyWish
	byName map[keyName]*keyWish
}

// keyWish is one key, which several operations may want.
type keyWish struct {
	keyName
	first store.Key // as it was asked for, and is written
	ttl   time.Duration

	made    bool      // nobody had it before
	holder  store.Key // who has it, where not made or granted
	granted bool      // to an operation of this transaction
	rewrite bool      // other than it was written first
	now     time.Time
}

// add asks for a key to be made.
func (w *keyWishes) add(k store.Key, ttl time.Duration) *keyWish {
	name := nameOf(k)
	if wish, ok := w.byName[name]; ok {
		return wish
	}
	if w.byName == nil {
		w.byName = map[keyName]*keyWish{}
	}
	wish := &keyWish{keyName: name, first: k, ttl: ttl}
	w.byName[name] = wish
	w.wishes = append(w.wishes, wish)
	return wish
}

// taken returns the key where somebody has it.
func (w *keyWish) taken() (store.Key, bool) { return w.holder, !w.made || w.granted }

// grant gives the key to an operation of this transaction.
func (w *keyWish) grant(k store.Key, ttl time.Duration) {
	w.rewrite = k.Run != w.first.Run || ttl != w.ttl
	w.granted = true
	w.holder.Run, w.holder.Value, w.ttl = k.Run, k.Value, ttl
	w.holder.Expires = w.now.Add(ttl)
}

// queue asks for the keys, in the order of their names, as everybody does.
func (w *keyWishes) queue(t *tx) {
	if len(w.wishes) == 0 {
		return
	}
	rows := w.wishes
	columns := []column{
		col("scope", "text", rows, func(w **keyWish) string { return (*w).scope }),
		col("name", "bytea", rows, func(w **keyWish) []byte { return []byte((*w).name) }),
		col("run", "text", rows, func(w **keyWish) string { return store.CleanText((*w).first.Run) }),
		col("value", "bytea", rows, func(w **keyWish) []byte { return bytea((*w).first.Value) }),
		col("ttl", "bigint", rows, func(w **keyWish) int64 { return micros((*w).ttl) }),
	}
	var scope string
	var name []byte
	put := sql("INSERT INTO keys AS k (scope, name, run, value, expires)"+
		" SELECT u.scope, u.name, u.run, u.value, clock() + u.ttl * interval '1 microsecond' FROM ").table("u", columns).
		add(" ORDER BY u.scope, u.name ON CONFLICT (scope, name) DO UPDATE SET run = excluded.run, value = excluded.value, expires = excluded.expires" +
			" WHERE k.expires <= clock() RETURNING scope, name")
	each(t.put(put), []any{&scope, &name}, func() error {
		w.byName[keyName{scope, string(name)}].made = true
		return nil
	})
	var held store.Key
	var now time.Time
	find := sql("SELECT k.scope, k.name, k.run, k.value, k.expires, clock() FROM keys k JOIN ").table("u", columns[:2]).
		add(" ON k.scope = u.scope AND k.name = u.name")
	each(t.put(find), []any{&scope, &name, &held.Run, &held.Value, &held.Expires, &now}, func() error {
		wish := w.byName[keyName{scope, string(name)}]
		held.Expires = held.Expires.Truncate(time.Millisecond)
		wish.holder, wish.now = held, now
		wish.holder.Scope, wish.holder.Name = wish.first.Scope, wish.first.Name
		return nil
	})
}

// write drops the keys that nobody was granted, and corrects those that another
// operation got than the one they were written for.
func (w *keyWishes) write(t *tx) {
	var dropped, rewritten []*keyWish
	for _, wish := range w.wishes {
		switch {
		case !wish.made:
		case !wish.granted:
			dropped = append(dropped, wish)
		case wish.rewrite:
			rewritten = append(rewritten, wish)
		}
	}
	scope := func(w **keyWish) string { return (*w).scope }
	name := func(w **keyWish) []byte { return []byte((*w).name) }
	if len(dropped) > 0 {
		t.put(sql("DELETE FROM keys k USING ").table("u", []column{
			col("scope", "text", dropped, scope), col("name", "bytea", dropped, name),
		}).add(" WHERE k.scope = u.scope AND k.name = u.name"))
	}
	if len(rewritten) > 0 {
		columns := []column{
			col("run", "text", rewritten, func(w **keyWish) string { return store.CleanText((*w).holder.Run) }),
			col("value", "bytea", rewritten, func(w **keyWish) []byte { return bytea((*w).holder.Value) }),
			col("expires", "timestamptz", rewritten, func(w **keyWish) time.Time { return (*w).holder.Expires }),
		}
		t.put(sql("UPDATE keys k SET "+sets(columns, "u")+" FROM ").
			table("u", append([]column{col("scope", "text", rewritten, scope), col("name", "bytea", rewritten, name)}, columns...)).
			add(" WHERE k.scope = u.scope AND k.name = u.name"))
	}
}
