package storetest

import (
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func dedupeTests() []test {
	return []test{
		{"a duplicate gets the first one's response", dedupeRepeats},
		{"a key is free after it has expired", dedupeExpires},
		{"keys belong to a flow", dedupePerFlow},
		{"keys of any length are compared byte by byte", dedupeBytes},
		{"one of many is first", dedupeRace},
		{"a key outlives its run", dedupeOutlives},
		{"a refused submission leaves no key", dedupeLeavesNone},
		{"a duplicate passes a full queue", dedupeFull},
		{"a dropped key starts a new run", dedupeDropped},
	}
}

func dedupeRepeats(f *fixture) {
	first := f.accept(withDedupeKey("k"))
	again := f.submission(withDedupeKey("k"), func(s *store.Submission) { s.Response = []byte("other") })
	a, err := f.s.Accept(f.ctx, again)
	f.ok(err)
	if a.Duplicate == nil {
		f.Fatal("a repeat was accepted")
	}
	f.same("repeat", a.Duplicate, &store.Key{
		Scope: store.DedupeScope("orders"), Name: "k", Run: first, Value: []byte("response"), Expires: f.clock.Now().Add(time.Hour),
	})
	_, err = f.s.Get(f.ctx, again.ID)
	f.is(err, store.ErrNotFound)
	f.claimNoneBut(first)
}

func dedupeExpires(f *fixture) {
	f.accept(withDedupeKey("k"))
	f.clock.Advance(time.Hour - time.Millisecond)
	if a, _ := f.submit(withDedupeKey("k")); a.Duplicate == nil {
		f.Error("a repeat was accepted while the key lives")
	}
	f.clock.Advance(time.Millisecond)
	if a, _ := f.submit(withDedupeKey("k")); a.Duplicate != nil {
		f.Error("a repeat was found after the key's time")
	}
	if a, _ := f.submit(withDedupeKey("k")); a.Duplicate == nil {
		f.Error("the key was not made again")
	}
}

func dedupePerFlow(f *fixture) {
	f.accept(withDedupeKey("k"))
	f.accept(withDedupeKey("k"), ofFlow("other"))
	f.same("runs", len(f.listed(store.Filter{})), 2)
}

func dedupeBytes(f *fixture) {
	long := strings.Repeat("k", 600)
	keys := []string{"", "a", "A", "a ", "a\x00", "a\x00b", "\xff", "\xfe", "ä", "a\u0308", long, long + "x", "%", "_"}
	for _, k := range keys {
		if a, _ := f.submit(withDedupeKey(k)); a.Duplicate != nil {
			f.Errorf("key %.10q was taken for %.10q", k, a.Duplicate.Name)
		}
	}
	for _, k := range keys {
		if a, _ := f.submit(withDedupeKey(k)); a.Duplicate == nil {
			f.Errorf("key %.10q was not found", k)
		}
	}
}

func dedupeRace(f *fixture) {
	var first, repeats atomic.Int64
	f.parallel(32, func(int) error {
		a, err := f.s.Accept(f.ctx, f.submission(withDedupeKey("k")))
		if err == nil && a.Duplicate == nil {
			first.Add(1)
		} else if err == nil {
			repeats.Add(1)
		}
		return err
	})
	f.same("first", first.Load(), int64(1))
	f.same("repeats", repeats.Load(), int64(31))
	f.claimOne()
}

func dedupeOutlives(f *fixture) {
	id := f.accept(withDedupeKey("k"))
	f.finishRun(f.claimOne().Claim, store.Succeeded)
	f.clock.Advance(time.Minute)
	f.purgeAll(store.Retention{Runs: time.Second})
	_, err := f.s.Get(f.ctx, id)
	f.is(err, store.ErrNotFound)
	a, _ := f.submit(withDedupeKey("k"))
	if a.Duplicate == nil || a.Duplicate.Run != id || string(a.Duplicate.Value) != "response" {
		f.Errorf("got %+v, want the response of the run that is gone", a.Duplicate)
	}
}

func dedupeLeavesNone(f *fixture) {
	f.accept()
	_, err := f.s.Accept(f.ctx, f.submission(withDedupeKey("k"), withQueueLimit(1, false)))
	f.is(err, store.ErrFull)
	if a, _ := f.submit(withDedupeKey("k")); a.Duplicate != nil {
		f.Error("a submission that was refused has left its key")
	}
}

func dedupeFull(f *fixture) {
	f.accept(withDedupeKey("k"))
	a, err := f.s.Accept(f.ctx, f.submission(withDedupeKey("k"), withQueueLimit(1, false)))
	if err != nil || a.Duplicate == nil {
		f.Errorf("got %+v, %v; want a repeat, whatever the queue", a, err)
	}
	if errors.Is(err, store.ErrFull) {
		f.Error("refused for want of a place that it does not need")
	}
}

func dedupeDropped(f *fixture) {
	first := f.accept(withDedupeKey("k"))
	f.finishRun(f.claimOne().Claim, store.Failed)
	repeat, _ := f.submit(withDedupeKey("k"))
	if repeat.Duplicate == nil {
		f.Fatal("a repeat was accepted while the key lives")
	}
	f.ok(f.s.DropKey(f.ctx, *repeat.Duplicate))
	second := f.accept(withDedupeKey("k"))
	f.ok(f.s.DropKey(f.ctx, *repeat.Duplicate)) // by a caller that came at the same time
	again, _ := f.submit(withDedupeKey("k"))
	if again.Duplicate == nil || again.Duplicate.Run != second || first == second {
		f.Errorf("got %+v, want the key of the second run %s", again.Duplicate, second)
	}
}
