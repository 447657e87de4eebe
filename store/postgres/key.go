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
