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
		{"a key ends with its time", keyExpires},
		{"its maker sets and drops it", keyMaker},
		{"survive a restart", keyReopen},
	}
}

func (f *fixture) put(k store.Key, ttl time.Duration) (store.Key, bool) {
	f.Helper()
	held, made, err := f.s.PutKey(f.ctx, k, ttl)
	f.ok(err)
	return held, made
}

func keyFirst(f *fixture) {
	k := store.Key{Scope: "throttle/crm", Name: "jane@example.com", Run: "run 1", Value: strange()}
	want := k
	want.Expires = f.clock.Wall().Add(6 * time.Hour)
	held, made := f.put(k, 6*time.Hour)
	f.same("made", made, true)
	f.same("held", held, want)
	held, made = f.put(store.Key{Scope: k.Scope, Name: k.Name, Run: "run 2"}, time.Hour)
	f.same("made again", made, false)
	f.same("held", held, want)
	got, err := f.s.GetKey(f.ctx, k.Scope, k.Name)
	f.ok(err)
	f.same("got", got, want)
	_, made = f.put(store.Key{Scope: "throttle/other", Name: k.Name}, time.Hour)
	f.same("made in another scope", made, true)
	_, err = f.s.GetKey(f.ctx, k.Scope, "Jane@example.com")
	f.is(err, store.ErrNotFound)
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
	f.put(k, time.Minute)
	f.clock.Advance(time.Minute)
	_, err := f.s.GetKey(f.ctx, k.Scope, k.Name)
	f.is(err, store.ErrNotFound)
	f.is(f.s.SetKey(f.ctx, k), store.ErrNotFound)
	_, made := f.put(k, time.Minute)
	f.same("made again", made, true)
}

func keyMaker(f *fixture) {
	k := store.Key{Scope: "s", Name: "n", Run: "run 1"}
	f.put(k, time.Minute)
	k.Value = []byte("response")
	other := store.Key{Scope: "s", Name: "n", Run: "run 2", Value: []byte("other")}
	f.is(f.s.SetKey(f.ctx, other), store.ErrNotFound)
	f.ok(f.s.SetKey(f.ctx, k))
	f.ok(f.s.DropKey(f.ctx, other))
	got, err := f.s.GetKey(f.ctx, k.Scope, k.Name)
	f.ok(err)
	k.Expires = f.clock.Wall().Add(time.Minute)
	f.same("got", got, k)
	f.ok(f.s.DropKey(f.ctx, k))
	f.ok(f.s.DropKey(f.ctx, k))
	_, made := f.put(other, time.Minute)
	f.same("made by another", made, true)
}

func keyReopen(f *fixture) {
	k := store.Key{Scope: "s", Name: "n", Run: "run 1"}
	f.put(k, time.Minute)
	f.ok(f.s.Close())
	f.reopen()
	_, made := f.put(k, time.Minute)
	f.same("made again", made, false)
}
