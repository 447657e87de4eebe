package storetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func purgeTests() []test {
	return []test{
		{"deletes runs that ended long ago", purgesOld},
		{"keeps open runs", purgeKeepsOpen},
		{"deletes the oldest above a size", purgesBySize},
		{"cuts bodies and steps", purgeCuts},
		{"does not cut runs that may run again", purgeKeepsWhole},
		{"deletes expired keys", purgesKeys},
		{"deletes counters, not with the runs", purgesCounters},
		{"deletes few of many counters at once", purgesCountersInParts},
		{"deletes nothing without a limit", purgesNothing},
		{"has a size that grows with bodies", sizeGrows},
	}
}

// purgeAll purges until nothing is left to purge, and returns the sum of the
// results.
func (f *fixture) purgeAll(r store.Retention) store.Purged {
	f.Helper()
	var all store.Purged
	for range 10_000 {
		p, err := f.s.Purge(f.ctx, r)
		f.ok(err)
		all.Runs, all.Cut, all.Keys = all.Runs+p.Runs, all.Cut+p.Cut, all.Keys+p.Keys
		if !p.More {
			return all
		}
	}
	f.Fatal("purging comes to no end")
	return all
}

func purgesOld(f *fixture) {
	var old []string
	for range 450 {
		e := f.newEntry(store.Succeeded)
		e.Steps = []store.Step{f.newStep("a")}
		f.ok(f.s.Record(f.ctx, e))
		old = append(old, e.ID)
	}
	f.clock.Advance(time.Hour)
	young := f.newEntry(store.Failed)
	f.ok(f.s.Record(f.ctx, young))
	f.same("purged too early", f.purgeAll(store.Retention{Runs: time.Hour}), store.Purged{})
	f.clock.Advance(time.Millisecond)
	f.same("purged", f.purgeAll(store.Retention{Runs: time.Hour}), store.Purged{Runs: len(old)})
	f.same("left", f.listed(store.Filter{}), []string{young.ID})
	_, err := f.s.Get(f.ctx, old[7])
	f.is(err, store.ErrNotFound)
}

func purgeKeepsOpen(f *fixture) {
	queued, waiting, running := f.accept(), f.accept(withDelay(1000*time.Hour)), f.acceptClaimed()
	late := f.acceptClaimed()
	f.clock.Advance(100 * time.Hour)
	f.finishRun(late, store.Succeeded) // received long ago, but ended now
	want := newestFirst(queued, waiting, running.ID, late.ID)
	f.same("purged", f.purgeAll(store.Retention{Runs: time.Hour, Bytes: 1 << 40}), store.Purged{})
	f.same("left", f.listed(store.Filter{}), want)
	f.purgeAll(store.Retention{Bytes: 1})
	f.same("left of too much", f.listed(store.Filter{}), newestFirst(queued, waiting, running.ID))
	f.finishRun(running, store.Succeeded)
}

func purgesBySize(f *fixture) {
	noise := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	for range 200 {
		e := f.newEntry(store.Succeeded)
		e.Body = noise
		f.ok(f.s.Record(f.ctx, e))
		f.clock.Advance(time.Millisecond)
	}
	all := f.listed(store.Filter{})
	half := store.Retention{Bytes: int64(100 * len(noise))}
	purged := f.purgeAll(half)
	left := f.listed(store.Filter{})
	f.same("purged and left", purged.Runs+len(left), 200)
	if len(left) < 20 || len(left) > 100 {
		f.Errorf("%d of 200 runs are left, want 20 to 100: the size of 100 bodies may stay", len(left))
	}
	f.same("purged again", f.purgeAll(half), store.Purged{})
	f.same("left are the newest", left, all[:len(left)])
}

// bigEntry is a run with a body, and a step with an input and an output, larger
// than any limit.
func (f *fixture) bigEntry(s store.State) *store.Entry {
	e := f.newEntry(s)
	e.Body = bytes.Repeat([]byte("body"), 1000)
	big := f.newStep("big")
	big.Input, big.Output = bytes.Repeat([]byte("in"), 1500), bytes.Repeat([]byte("out"), 1000)
	e.Steps = []store.Step{big, f.newStep("small")}
	return e
}

func purgeCuts(f *fixture) {
	e, small := f.bigEntry(store.Succeeded), f.newEntry(store.Succeeded)
	f.ok(f.s.Record(f.ctx, e, small))
	f.same("purged", f.purgeAll(store.Retention{Body: 2048}), store.Purged{Cut: 2})
	r := f.getRun(e.ID)
	f.same("cut", r.Cut, true)
	f.same("size", r.Size, len(e.Body))
	f.same("body", string(r.Body), string(e.Body[:2048]))
	f.same("event", string(r.Event), "event")
	for _, s := range r.Steps {
		if s.Path == "small" {
			f.same("cut of the small step", s.CutFrom, 0)
			continue
		}
		f.same("cut of the step", s.CutFrom, 6000)
		f.same("its output", string(s.Output), string(e.Steps[0].Output[:2048]))
		f.same("its input", string(s.Input), string(e.Steps[0].Input[:2048]))
	}
	f.same("cut of the other", f.getRun(small.ID).Cut, false)
	f.same("purged again", f.purgeAll(store.Retention{Body: 2048}), store.Purged{})
	f.is(f.s.Requeue(f.ctx, e.ID, store.RequeueOptions{FromStart: true}), store.ErrCut)
}

func purgeKeepsWhole(f *fixture) {
	for _, s := range []store.State{store.Failed, store.Cancelled} {
		f.ok(f.s.Record(f.ctx, f.bigEntry(s)))
	}
	big := f.bigEntry(store.Succeeded)
	c := f.acceptClaimed(func(s *store.Submission) { s.Body, s.Steps = big.Body, big.Steps })
	f.accept(func(s *store.Submission) { s.Body, s.Steps = big.Body, big.Steps })
	f.same("purged", f.purgeAll(store.Retention{Body: 2048}), store.Purged{})
	f.finishRun(c, store.Succeeded)
	f.same("purged at its end", f.purgeAll(store.Retention{Body: 2048}), store.Purged{Cut: 2})
}

func purgesKeys(f *fixture) {
	for i := range 450 {
		f.putKey(store.Key{Scope: "s", Name: fmt.Sprint(i)}, time.Minute)
	}
	f.putKey(store.Key{Scope: "s", Name: "stays"}, time.Hour)
	f.same("purged too early", f.purgeAll(store.Retention{}), store.Purged{})
	f.clock.Advance(time.Minute)
	f.same("purged", f.purgeAll(store.Retention{}), store.Purged{Keys: 450})
	f.hasKey("s", "stays")
}

func purgesCounters(f *fixture) {
	begin := f.recordSpread()
	before := f.checkStats(store.StatsQuery{Step: time.Hour})
	f.clock.Advance(10 * 24 * time.Hour)
	f.purgeAll(store.Retention{Runs: time.Hour})
	f.same("runs", f.listed(store.Filter{}), nil)
	got, err := f.s.Stats(f.ctx, store.StatsQuery{Step: time.Hour})
	f.ok(err)
	sortCounts(got)
	f.same("counts of runs that are purged", got, before)
	f.purgeAll(store.Retention{Minutes: time.Second})
	got, err = f.s.Stats(f.ctx, store.StatsQuery{Step: time.Minute})
	f.ok(err)
	f.same("counts by minute", got, nil)
	got, err = f.s.Stats(f.ctx, store.StatsQuery{Step: time.Hour})
	f.ok(err)
	f.same("counts by hour", len(got), len(before))
	young := begin.Truncate(time.Hour).Add(2 * time.Hour)
	f.purgeAll(store.Retention{Hours: f.clock.Now().Sub(young)})
	got, err = f.s.Stats(f.ctx, store.StatsQuery{Step: time.Hour})
	f.ok(err)
	sortCounts(got)
	want := slices.DeleteFunc(before, func(c store.Count) bool { return c.Time.Before(young) })
	f.same("counts that are young enough", got, want)
}

func purgesCountersInParts(f *fixture) {
	const flows = 1201
	var entries []*store.Entry
	for i := range flows {
		e := f.newEntry(store.Succeeded)
		e.Flow = fmt.Sprintf("flow %04d", i)
		entries = append(entries, e)
	}
	f.ok(f.s.Record(f.ctx, entries...))
	f.clock.Advance(3 * 24 * time.Hour)
	for before := flows; before > 0; {
		p, err := f.s.Purge(f.ctx, store.Retention{Minutes: 24 * time.Hour})
		f.ok(err)
		counts, err := f.s.Stats(f.ctx, store.StatsQuery{Step: time.Minute})
		f.ok(err)
		if gone := before - len(counts); gone <= 0 || gone > flows/2 || !p.More && len(counts) > 0 {
			f.Fatalf("%d of %d counters were deleted at once, with More %v", gone, before, p.More)
		}
		before = len(counts)
	}
	counts, err := f.s.Stats(f.ctx, store.StatsQuery{})
	f.ok(err)
	f.same("counts by hour", len(counts), flows)
}

func purgesNothing(f *fixture) {
	f.ok(f.s.Record(f.ctx, f.bigEntry(store.Succeeded)))
	f.clock.Advance(10_000 * time.Hour)
	f.same("purged", f.purgeAll(store.Retention{}), store.Purged{})
	f.checkStats(store.StatsQuery{Step: time.Minute})
}

func sizeGrows(f *fixture) {
	before, err := f.s.Size(f.ctx)
	f.ok(err)
	const body = 4 << 20
	e := f.newEntry(store.Succeeded)
	random := rand.NewChaCha8([32]byte{1}) // does not compress
	e.Body = make([]byte, body)
	_, _ = random.Read(e.Body)
	f.ok(f.s.Record(f.ctx, e))
	after, err := f.s.Size(f.ctx)
	f.ok(err)
	if grown := after - before; before <= 0 || grown < body || grown > 4*body {
		f.Errorf("the size was %d bytes, and is %d after a body of %d", before, after, body)
	}
}
