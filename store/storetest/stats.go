package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func statsTests() []test {
	return []test{
		{"count when runs end", statsCount},
		{"of a flow, in steps of time", statsSteps},
		{"round outward", statsRound},
		{"refuse steps that no counter has", statsRefuse},
		{"follow a run that is run again", statsRequeue},
	}
}

// countFromList computes the expected statistics from the list of runs.
func (f *fixture) countFromList(q store.StatsQuery) []store.Count {
	f.Helper()
	type key struct {
		flow  string
		state store.State
		at    int64
	}
	counts := map[key]*store.Count{}
	for _, r := range f.listAll(store.Filter{}, 100) {
		if r.State.Open() || (q.Flow != "" && r.Flow != q.Flow) || r.Finished.Before(q.From) || (!q.To.IsZero() && !r.Finished.Before(q.To)) {
			continue
		}
		c := store.Count{Flow: r.Flow, State: r.State}
		if q.Step > 0 {
			c.Time = time.Unix(r.Finished.Unix()/int64(q.Step/time.Second)*int64(q.Step/time.Second), 0)
		}
		k := key{c.Flow, c.State, c.Time.Unix()}
		if counts[k] == nil {
			counts[k] = &c
		}
		counts[k].N++
		if !r.Started.IsZero() {
			counts[k].Took += r.Finished.Sub(r.Started)
		}
	}
	var all []store.Count
	for _, c := range counts {
		all = append(all, *c)
	}
	sortCounts(all)
	return all
}

func sortCounts(all []store.Count) {
	slices.SortFunc(all, func(a, b store.Count) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Flow, b.Flow), cmp.Compare(a.State, b.State))
	})
}

// checkStats fails if the statistics differ from countFromList.
func (f *fixture) checkStats(q store.StatsQuery) []store.Count {
	f.Helper()
	got, err := f.s.Stats(f.ctx, q)
	f.ok(err)
	sortCounts(got)
	f.same(fmt.Sprintf("statistics for %+v", q), got, f.countFromList(q))
	return got
}

func statsCount(f *fixture) {
	f.recordGrid()
	f.clock.Advance(90 * time.Second)
	f.finishRun(f.claim(1, "a")[0].Claim, store.Failed)
	f.finishRun(f.claim(1, "a")[0].Claim, store.Succeeded)
	f.ok(f.s.Cancel(f.ctx, f.accept(ofFlow("b"))))
	got := f.checkStats(store.StatsQuery{})
	f.same("counts", len(got), 3*6)
	f.checkStats(store.StatsQuery{Flow: "b"})
	f.checkStats(store.StatsQuery{Flow: "none"})
}

// recordSpread records runs over some days.
func (f *fixture) recordSpread() (begin time.Time) {
	f.Helper()
	begin = f.clock.Now()
	for i := range 60 {
		e := f.newEntry([]store.State{store.Succeeded, store.Failed}[i%2])
		e.Flow = []string{"a", "b", "c"}[i%3]
		e.Finished = begin.Add(time.Duration(i) * 97 * time.Minute)
		f.ok(f.s.Record(f.ctx, e))
	}
	return begin
}

func statsSteps(f *fixture) {
	f.recordSpread()
	for _, step := range []time.Duration{0, time.Minute, 5 * time.Minute, time.Hour, 24 * time.Hour, 90 * time.Minute} {
		for _, flow := range []string{"", "b"} {
			f.checkStats(store.StatsQuery{Step: step, Flow: flow})
		}
	}
}

func statsRound(f *fixture) {
	begin := f.recordSpread()
	hour := begin.Truncate(time.Hour)
	exact := store.StatsQuery{From: hour.Add(time.Hour), To: hour.Add(3 * time.Hour), Step: time.Hour}
	want := f.checkStats(exact)
	f.checkStats(store.StatsQuery{From: hour.Add(time.Hour), To: hour.Add(3 * time.Hour)})
	f.checkStats(store.StatsQuery{From: hour.Add(65 * time.Minute), To: hour.Add(77 * time.Minute), Step: time.Minute})
	for _, from := range []int{0, 1, 22, 23, 24, 30} {
		for _, hours := range []int{1, 23, 24, 25, 48, 70, 200} {
			begin := hour.Add(time.Duration(from) * time.Hour)
			f.checkStats(store.StatsQuery{From: begin, To: begin.Add(time.Duration(hours) * time.Hour)})
		}
		f.checkStats(store.StatsQuery{From: hour.Add(time.Duration(from) * time.Hour)})
	}
	rounded := exact
	rounded.From, rounded.To = exact.From.Add(59*time.Minute), exact.To.Add(-59*time.Minute)
	got, err := f.s.Stats(f.ctx, rounded)
	f.ok(err)
	sortCounts(got)
	f.same("rounded", got, want)
}

func statsRefuse(f *fixture) {
	for _, step := range []time.Duration{time.Second, -time.Minute, 61 * time.Second} {
		if _, err := f.s.Stats(f.ctx, store.StatsQuery{Step: step}); err == nil {
			f.Errorf("a step of %v was taken", step)
		}
	}
}

func statsRequeue(f *fixture) {
	c := f.acceptClaimed()
	f.clock.Advance(3 * time.Second)
	f.finishRun(c, store.Failed)
	f.checkStats(store.StatsQuery{Step: time.Minute})
	f.clock.Advance(time.Hour)
	f.ok(f.s.Requeue(f.ctx, c.ID, store.RequeueOptions{}))
	got := f.checkStats(store.StatsQuery{Step: time.Minute})
	f.same("counts while it is open", got, nil)
	w := f.claimOne()
	f.clock.Advance(5 * time.Second)
	f.finishRun(w.Claim, store.Succeeded)
	got = f.checkStats(store.StatsQuery{Step: time.Minute})
	f.same("counts", len(got), 1)
	f.same("took", got[0].Took, 5*time.Second)
}
