package storetest

import (
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/internal/ratelimit"
	"github.com/webhook-gateway/gateway/store"
)

// rateTests are for engines that several gateways share.
func rateTests(e Engine) []test {
	if !e.Shared {
		return nil
	}
	return []test{
		{"decides as the limiter in memory", rateDecisions},
		{"a slower rate of before blocks no longer than the new one", rateChanges},
		{"many stores let pass one burst", rateShared},
		{"keys and flows have buckets of their own", rateKeys},
		{"stores no text of a key", rateHidesText},
		{"a purge deletes the buckets that are full", ratePurge},
		{"a clock that was set back blocks no key", rateClockBack},
	}
}

// perSecond lets one request pass in a second, and three at once.
func perSecond() ratelimit.Rate { return ratelimit.Rate{Requests: 60, Per: time.Minute, Burst: 3} }

func (f *fixture) takeRate(key string, r ratelimit.Rate) ratelimit.Result {
	f.Helper()
	got, err := f.rates(f.s).TakeRate(f.ctx, "orders", key, r)
	f.ok(err)
	return got
}

func (f *fixture) rates(s store.Store) store.Rates {
	f.Helper()
	rates, ok := s.(store.Rates)
	if !ok {
		f.Fatal("the shared store does not count rates")
	}
	return rates
}

func rateDecisions(f *fixture) {
	local := ratelimit.New(10)
	uneven := ratelimit.Rate{Requests: 700_000, Per: time.Second, Burst: 2}
	long := ratelimit.Rate{Requests: 1, Per: 24 * time.Hour, Burst: 1_000_000}
	for i, after := range []time.Duration{0, 0, 0, 0, 400 * time.Millisecond, 600 * time.Millisecond, 2 * time.Second, time.Microsecond, time.Hour, 0} {
		f.clock.Advance(after)
		for name, rate := range map[string]ratelimit.Rate{"k": perSecond(), "uneven": uneven, "long": long} {
			want := local.Take(name, rate, f.clock.Now())
			f.same(fmt.Sprintf("request %d of %s", i+1, name), f.takeRate(name, rate), want)
		}
	}
}

func rateChanges(f *fixture) {
	f.takeRate("k", ratelimit.Rate{Requests: 1, Per: time.Hour, Burst: 1})
	secondly := ratelimit.Rate{Requests: 1, Per: time.Second, Burst: 1}
	f.same("at once", f.takeRate("k", secondly), ratelimit.Result{Reset: time.Second, Wait: time.Second})
	f.clock.Advance(time.Second)
	f.same("after a second", f.takeRate("k", secondly), ratelimit.Result{OK: true, Reset: time.Second})
}

func rateShared(f *fixture) {
	stores := f.openMore(2)
	rate := ratelimit.Rate{Requests: 25, Per: time.Hour, Burst: 25}
	for round := range 3 {
		var outcomes counter
		f.parallel(12, func(n int) error {
			for i := range 10 {
				for _, key := range []string{fmt.Sprint("a", round), fmt.Sprint("b", round)} {
					got, err := f.rates(stores[(n+i)%len(stores)]).TakeRate(f.ctx, "orders", key, rate)
					if err != nil {
						return err
					}
					outcomes.add(fmt.Sprint(key[:1], got.OK))
				}
			}
			return nil
		})
		f.same("outcomes", outcomes.n, map[string]int{"atrue": 25, "afalse": 95, "btrue": 25, "bfalse": 95})
	}
}

func rateKeys(f *fixture) {
	once := ratelimit.Rate{Requests: 1, Per: time.Hour, Burst: 1}
	for _, c := range []struct{ flow, key string }{{"a", "k"}, {"b", "k"}, {"a", ""}, {"a", "K"}, {"a", "\x00\xff"}} {
		for n := range 2 {
			got, err := f.rates(f.s).TakeRate(f.ctx, c.flow, c.key, once)
			f.ok(err)
			f.same(fmt.Sprintf("request %d of %q", n+1, c), got.OK, n == 0)
		}
	}
}

func rateHidesText(f *fixture) {
	f.takeRate("jane@example.com", perSecond())
	const find = "UPDATE rate_limits SET filled = filled WHERE key_hash = $1"
	f.same("rows with the hash", f.execute(find, []byte(f.hash.RateKey("orders", "jane@example.com"))), int64(1))
	f.same("rows", f.execute("UPDATE rate_limits SET filled = filled"), int64(1))
}

func ratePurge(f *fixture) {
	f.takeRate("old", perSecond())
	f.clock.Advance(time.Second)
	f.takeRate("young", perSecond())
	_, err := f.s.Purge(f.ctx, store.Retention{Runs: time.Hour})
	f.ok(err)
	f.same("rows", f.execute("UPDATE rate_limits SET filled = filled"), int64(1))
	f.same("young", f.takeRate("young", perSecond()).Remaining, 1)
}

func rateClockBack(f *fixture) {
	f.takeRate("k", perSecond())
	f.clock.Jump(-time.Hour)
	f.same("taken", f.takeRate("k", perSecond()), ratelimit.Result{OK: true, Remaining: 1, Reset: 2 * time.Second})
}
