package storetest

import (
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func keyTests() []test {
	return []test{
		{"the first to put a key has it", keyFirst},
		{"one of many is first", keyRace},
		{"a key expires", keyExpires},
		{"its maker sets and drops it", keyMaker},
		{"survive a restart", keyReopen},
	}
}

func (f *fixture) putKey(k store.Key, ttl time.Duration) (store.Key, bool) {
	f.Helper()
	existing, made, err := f.s.PutKey(f.ctx, k, ttl)
	f.ok(err)
	return existing, made
}

func (f *fixture) findKey(scope, name string) (store.Key, bool) {
	f.Helper()
	k, found, err := f.s.FindKey(f.ctx, scope, name)
	f.ok(err)
	return k, found
}

func (f *fixture) hasKey(scope, name string) store.Key {
	f.Helper()
	k, found := f.findKey(scope, name)
	if !found {
		f.Fatalf("there is no key %q of %q", name, scope)
	}
	return k
}

func (f *fixture) hasNoKey(scope, name string) {
	f.Helper()
	if k, found := f.findKey(scope, name); found {
		f.Fatalf("got key %+v, want none", k)
	}
}

func keyFirst(f *fixture) {
	k := store.Key{Scope: "throttle/crm", Name: "jane@example.com", Run: "run 1", Value: strangeBytes()}
	want := k
	want.Expires = f.clock.Now().Add(6 * time.Hour)
	existing, made := f.putKey(k, 6*time.Hour)
	f.same("made", made, true)
	f.same("existing", existing, want)
	existing, made = f.putKey(store.Key{Scope: k.Scope, Name: k.Name, Run: "run 2"}, time.Hour)
	f.same("made again", made, false)
	f.same("existing", existing, want)
	got := f.hasKey(k.Scope, k.Name)
	f.same("got", got, want)
	_, made = f.putKey(store.Key{Scope: "throttle/other", Name: k.Name}, time.Hour)
	f.same("made in another scope", made, true)
	f.hasNoKey(k.Scope, "Jane@example.com")
}

func keyRace(f *fixture) {
	var made atomic.Int64
	f.parallel(32, func(int) error {
		_, first, err := f.s.PutKey(f.ctx, store.Key{Scope: "tick", Name: "07:00"}, time.Hour)
		if first {
			made.Add(1)
		}
		return err
	})
	f.same("made", made.Load(), int64(1))
}

func keyExpires(f *fixture) {
	k := store.Key{Scope: "s", Name: "n", Run: "run 1"}
	f.putKey(k, time.Minute)
	f.clock.Advance(time.Minute)
	f.hasNoKey(k.Scope, k.Name)
	f.is(f.s.SetKey(f.ctx, k), store.ErrNotFound)
	_, made := f.putKey(k, time.Minute)
	f.same("made again", made, true)
}

func keyMaker(f *fixture) {
	k := store.Key{Scope: "s", Name: "n", Run: "run 1"}
	f.putKey(k, time.Minute)
	k.Value = []byte("response")
	other := store.Key{Scope: "s", Name: "n", Run: "run 2", Value: []byte("other")}
	f.is(f.s.SetKey(f.ctx, other), store.ErrNotFound)
	f.ok(f.s.SetKey(f.ctx, k))
	f.ok(f.s.DropKey(f.ctx, other))
	got := f.hasKey(k.Scope, k.Name)
	k.Expires = f.clock.Now().Add(time.Minute)
	f.same("got", got, k)
	f.ok(f.s.DropKey(f.ctx, k))
	f.ok(f.s.DropKey(f.ctx, k))
	_, made := f.putKey(other, time.Minute)
	f.same("made by another", made, true)
}

func keyReopen(f *fixture) {
	k := store.Key{Scope: "s", Name: "n", Run: "run 1"}
	f.putKey(k, time.Minute)
	f.ok(f.s.Close())
	f.reopen()
	_, made := f.putKey(k, time.Minute)
	f.same("made again", made, false)
}
