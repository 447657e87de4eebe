package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/webhook-gateway/gateway/store"
)

func handshakeTests() []test {
	return []test{
		{"a handshake is read as it was stored", handshakePut},
		{"the first handshake of a flow stays", handshakeStays},
		{"one of many callers stores the handshake", handshakeRace},
		{"after a deletion the next handshake is stored", handshakeDelete},
		{"handshakes survive a restart", handshakeReopen},
	}
}

func (f *fixture) putHandshake(flow, sender, sealed string) (store.Handshake, bool) {
	f.Helper()
	stored, made, err := f.s.PutHandshake(f.ctx, store.Handshake{Flow: flow, Sender: sender, Sealed: []byte(sealed)})
	f.ok(err)
	return stored, made
}

func (f *fixture) handshakes() []store.Handshake {
	f.Helper()
	list, err := f.s.ListHandshakes(f.ctx)
	f.ok(err)
	return list
}

func handshakePut(f *fixture) {
	now := f.clock.Now()
	if _, err := f.s.GetHandshake(f.ctx, "tasks", "asana"); !errors.Is(err, store.ErrNotFound) {
		f.Errorf("before the first: %v", err)
	}
	want := store.Handshake{Flow: "tasks", Sender: "asana", Sealed: []byte{1, 0, 0xff}, Created: now}
	stored, made, err := f.s.PutHandshake(f.ctx, store.Handshake{Flow: "tasks", Sender: "asana", Sealed: []byte{1, 0, 0xff}})
	f.ok(err)
	f.same("stored", stored, want)
	f.same("made", made, true)
	got, err := f.s.GetHandshake(f.ctx, "tasks", "asana")
	f.ok(err)
	f.same("read", got, want)
	f.putHandshake("Boards", "other", "b")
	f.putHandshake("tasks", "another", "c")
	f.same("list", f.handshakes(), []store.Handshake{
		{Flow: "Boards", Sender: "other", Sealed: []byte("b"), Created: now},
		{Flow: "tasks", Sender: "another", Sealed: []byte("c"), Created: now},
		want,
	})
}

func handshakeStays(f *fixture) {
	f.putHandshake("tasks", "asana", "first")
	stored, made := f.putHandshake("tasks", "asana", "second")
	f.same("made", made, false)
	f.same("stored", string(stored.Sealed), "first")
	got, err := f.s.GetHandshake(f.ctx, "tasks", "asana")
	f.ok(err)
	f.same("read", string(got.Sealed), "first")
}

func handshakeRace(f *fixture) {
	var made atomic.Int64
	seen := make([]string, 16)
	f.parallel(16, func(i int) error {
		stored, first, err := f.s.PutHandshake(f.ctx, store.Handshake{Flow: "tasks", Sender: "asana", Sealed: fmt.Append(nil, i)})
		if first {
			made.Add(1)
		}
		seen[i] = string(stored.Sealed)
		return err
	})
	f.same("made", made.Load(), int64(1))
	for i := range seen {
		f.same("seen", seen[i], seen[0])
	}
}

func handshakeDelete(f *fixture) {
	for _, flow := range []string{"a", "b", "c"} {
		f.putHandshake(flow, "asana", "first")
	}
	n, err := f.s.DeleteHandshakes(f.ctx, "a", "b", "x")
	f.ok(err)
	f.same("deleted", n, 2)
	_, made := f.putHandshake("a", "asana", "second")
	f.same("made", made, true)
	list := f.handshakes()
	f.same("number", len(list), 2)
	f.same("sealed", string(list[0].Sealed)+" "+string(list[1].Sealed), "second first")
}

func handshakeReopen(f *fixture) {
	f.putHandshake("tasks", "asana", "first")
	before := f.handshakes()
	f.ok(f.s.Close())
	f.reopen()
	f.same("handshakes", f.handshakes(), before)
}
