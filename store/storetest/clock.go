package storetest

import (
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func clockTests() []test {
	return []test{
		{"a jump back delays nothing forever", jumpBack},
		{"a jump forward makes nothing run twice", jumpForward},
		{"order and keys survive jumps", jumpOrder},
	}
}

// jumpBack sets the time of day back by a year. A delay and a key must still end
// after the time that passes.
func jumpBack(f *fixture) {
	f.accept(withDelay(time.Minute))
	f.putKey(store.Key{Scope: "s", Name: "n"}, time.Minute)
	c := f.acceptClaimed()
	f.clock.Jump(-365 * 24 * time.Hour)
	f.claimNone()
	f.clock.Advance(time.Minute)
	f.claimOne()
	_, made := f.putKey(store.Key{Scope: "s", Name: "n"}, time.Minute)
	f.same("key made again", made, true)
	f.same("swept", len(f.sweepAll().Requeued), 1)
	f.checkLost(c)
	id := f.accept(withDelay(time.Second))
	f.clock.Advance(time.Second)
	f.same("claimed", len(f.claim(10)), 2)
	f.checkState(id, store.Running)
}

// jumpForward may end leases early. Then the old workers must get ErrLost.
func jumpForward(f *fixture) {
	c := f.acceptClaimed()
	f.clock.Jump(24 * time.Hour)
	swept := f.sweepAll()
	if len(swept.Requeued) == 0 {
		f.finishRun(c, store.Succeeded)
		f.claimNone()
		return
	}
	f.checkLost(c)
	w := f.claimOne()
	f.checkLost(c)
	f.finishRun(w.Claim, store.Succeeded)
}

func jumpOrder(f *fixture) {
	var want []string
	for i := range 6 {
		want = append(want, f.accept(withOrderKey("k")))
		f.clock.Jump(time.Duration(1-2*(i%2)) * 1000 * time.Hour)
	}
	for _, id := range want {
		f.clock.Jump(-time.Hour)
		f.claimNoneBut(id)
	}
	f.same("runs", len(f.listed(store.Filter{})), 6)
}
