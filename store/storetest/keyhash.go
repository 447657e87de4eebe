package storetest

import (
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func keyHashTests() []test {
	return []test{
		{"stores no text of a key", hashHidesText},
		{"hashes the texts of earlier versions", hashOldTexts},
		{"continues a hashing that was interrupted", hashResumes},
		{"refuses another key", hashOtherKey},
		{"continues with a new key", hashNewKey},
	}
}

// Statements that change a row if the table has a text.
const (
	findOrderKey = "UPDATE runs SET okey = okey WHERE okey = $1"
	findName     = "UPDATE keys SET name = name WHERE name = $1"
)

// execute executes a statement while the store is closed.
func (f *fixture) execute(statement string, args ...any) int64 {
	f.Helper()
	f.ok(f.s.Close())
	n := f.engine.Execute(f.T, f.place, statement, args...)
	f.reopen()
	return n
}

func hashHidesText(f *fixture) {
	f.accept(withOrderKey("customer 7"), withDedupeKey("delivery 7"))
	f.putKey(store.Key{Scope: "throttle:a", Name: "jane@example.com", Run: "run 1"}, time.Hour)
	f.putKey(store.Key{Scope: store.ScheduleScope, Name: "nightly", Run: "mark"}, time.Hour)
	for _, c := range []struct {
		find, text string
		want       int64
	}{
		{findOrderKey, "customer 7", 0},
		{findName, "delivery 7", 0},
		{findName, "jane@example.com", 0},
		{findOrderKey, f.hash.OrderKey("customer 7"), 1},
		{findName, f.hash.KeyName("throttle:a", "jane@example.com"), 1},
		{findName, "nightly", 1}, // the name of a flow
	} {
		f.same(fmt.Sprintf("rows with %q", c.text), f.execute(c.find, []byte(c.text)), c.want)
	}
}

// makeOld turns hashes into the texts that an earlier version stored.
func (f *fixture) makeOld(orderKey string, names map[string]string) {
	f.Helper()
	f.ok(f.s.Close())
	f.engine.Execute(f.T, f.place, "DELETE FROM key_hash")
	f.engine.Execute(f.T, f.place, "UPDATE runs SET okey = $1 WHERE okey = $2", []byte(orderKey), []byte(f.hash.OrderKey(orderKey)))
	for name, scope := range names {
		f.engine.Execute(f.T, f.place, "UPDATE keys SET name = $1 WHERE name = $2", []byte(name), []byte(f.hash.KeyName(scope, name)))
	}
}

func hashOldTexts(f *fixture) {
	first := f.acceptClaimed(withOrderKey("customer 7"), withDedupeKey("delivery 7"))
	second := f.accept(withOrderKey("customer 7"))
	f.putKey(store.Key{Scope: "throttle:a", Name: "jane@example.com", Run: "run 1"}, time.Hour)
	f.putKey(store.Key{Scope: store.ScheduleScope, Name: "nightly", Run: "mark"}, time.Hour)
	f.makeOld("customer 7", map[string]string{"delivery 7": store.DedupeScope("orders"), "jane@example.com": "throttle:a"})
	f.reopen()
	third := f.accept(withOrderKey("customer 7"))
	f.claimNone()
	for _, id := range []string{first.ID, second, third} {
		f.same("order key", f.getRun(id).OrderKey, f.hash.OrderKey("customer 7"))
	}
	f.ok(f.s.Finish(f.ctx, first, &store.Ending{State: store.Succeeded}))
	w := f.claimOne()
	f.same("the next run", w.ID, second)
	f.finishRun(w.Claim, store.Succeeded)
	f.same("the last run", f.claimOne().ID, third)
	if a, _ := f.submit(withDedupeKey("delivery 7")); a.Duplicate == nil || a.Duplicate.Run != first.ID {
		f.Errorf("got %+v, want a duplicate of %s", a, first.ID)
	}
	f.same("throttle", f.hasKey("throttle:a", "jane@example.com").Run, "run 1")
	f.same("schedule", f.hasKey(store.ScheduleScope, "nightly").Run, "mark")
}

// hashResumes begins with texts some of which are hashed, as after a crash, and
// which take several batches.
func hashResumes(f *fixture) {
	const keys = 2500
	f.parallel(10, func(n int) error {
		for i := n; i < keys; i += 10 {
			if _, _, err := f.s.PutKey(f.ctx, store.Key{Scope: fmt.Sprint("s", i%3), Name: fmt.Sprint(i), Run: fmt.Sprint(i)}, time.Hour); err != nil {
				return err
			}
		}
		return nil
	})
	f.ok(f.s.Close())
	f.engine.Execute(f.T, f.place, "UPDATE key_hash SET done = $1", false)
	for i := 0; i < keys; i += 70 {
		f.engine.Execute(f.T, f.place, "UPDATE keys SET name = $1 WHERE run = $2", fmt.Append(nil, i), fmt.Sprint(i))
	}
	f.reopen()
	for i := 0; i < keys; i += 7 {
		f.same("key", f.hasKey(fmt.Sprint("s", i%3), fmt.Sprint(i)).Run, fmt.Sprint(i))
	}
}

func hashOtherKey(f *fixture) {
	f.accept(withDedupeKey("k"))
	f.ok(f.s.Close())
	other := Options{Clock: f.clock, KeyHash: store.NewKeyHash([]byte("another key"))}
	if s, err := f.engine.Open(f.place, other); err == nil {
		f.ok(s.Close())
		f.Error("the store was opened with another key")
	} else {
		f.is(err, store.ErrOtherKey)
	}
	f.reopen()
	if a, _ := f.submit(withDedupeKey("k")); a.Duplicate == nil {
		f.Error("the key is lost")
	}
}

func hashNewKey(f *fixture) {
	old := f.accept(withOrderKey("customer 7"), withDedupeKey("k"))
	f.putKey(store.Key{Scope: store.ScheduleScope, Name: "nightly", Run: "mark"}, time.Hour)
	f.ok(f.s.Close())
	f.hash = store.NewKeyHash([]byte("a new key"))
	s, err := f.engine.Open(f.place, Options{Clock: f.clock, KeyHash: f.hash, NewKey: true})
	f.ok(err)
	f.ok(s.Close())
	f.reopen() // the new key is that of the store
	if a, _ := f.submit(withDedupeKey("k")); a.Duplicate != nil {
		f.Errorf("got a duplicate of %+v", a.Duplicate)
	}
	young := f.accept(withOrderKey("customer 7"))
	f.hasKey(store.ScheduleScope, "nightly")
	claimed := ids(f.claim(3))
	if len(claimed) != 3 || claimed[0] != old || claimed[2] != young {
		f.Errorf("claimed %v, want all runs", claimed)
	}
}
