package storetest

import (
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func handTests() []test {
	return []test{
		{"hands over when nothing is in the way", handsOver},
		{"queues behind what waits", handBehindQueue},
		{"honours the limit of the flow", handLimit},
		{"waits for its turn under an order key", handOrder},
		{"takes what has begun in any case", handBegun},
		{"does not hand over what is delayed", handDelayed},
	}
}

// submit accepts and tells whether the run was handed over.
func (f *fixture) submit(changes ...func(*store.Submission)) (store.Accepted, bool) {
	f.Helper()
	a, err := f.s.Accept(f.ctx, f.submission(changes...))
	f.ok(err)
	return a, a.Claim != nil
}

func handsOver(f *fixture) {
	a, handed := f.submit(handed(store.DirectClaim{Owner: "replica 1"}))
	if !handed {
		f.Fatal("not handed over by an idle store")
	}
	r := f.state(a.Claim.ID, store.Running)
	f.same("owner", r.Owner, "replica 1")
	f.same("lease", r.Lease, f.clock.Now().Add(lease))
	f.same("started", r.Started, f.clock.Now())
	f.claimNone()
	f.finish(*a.Claim, store.Succeeded)
	f.state(a.Claim.ID, store.Succeeded)
}

func handBehindQueue(f *fixture) {
	first := f.accept()
	other := f.accept(of("other"))
	if _, handed := f.submit(handed(store.DirectClaim{})); handed {
		f.Error("handed over while an older run waits")
	}
	f.claim(1, "orders")
	if _, handed := f.submit(handed(store.DirectClaim{})); handed {
		f.Error("handed over while another older run waits")
	}
	f.claim(2, "orders")
	if _, handed := f.submit(handed(store.DirectClaim{})); !handed {
		f.Error("not handed over, though none of the flow waits")
	}
	f.state(first, store.Running)
	f.state(other, store.Queued)
}

func handLimit(f *fixture) {
	h := handed(store.DirectClaim{Max: 2})
	a, _ := f.submit(h)
	f.submit(h)
	if _, handed := f.submit(h); handed {
		f.Error("a third run of two was handed over")
	}
	f.claimOne()
	f.finish(*a.Claim, store.Failed)
	if _, handed := f.submit(h); handed {
		f.Error("handed over while two run")
	}
}

func handOrder(f *fixture) {
	a, _ := f.submit(handed(store.DirectClaim{}), ordered("k"))
	if _, handed := f.submit(handed(store.DirectClaim{}), ordered("k")); handed {
		f.Error("handed over while another with the key runs")
	}
	if _, handed := f.submit(handed(store.DirectClaim{}), ordered("other")); !handed {
		f.Error("not handed over, though none with the key is open")
	}
	f.finish(*a.Claim, store.Succeeded)
	f.claimOne()
}

func handBegun(f *fixture) {
	first, second := f.accept(ordered("k")), f.accept(ordered("k"))
	a, handed := f.submit(begun, ordered("k"), bounded(1, false), after(time.Hour))
	if !handed {
		f.Fatal("a run that had begun was not handed over")
	}
	f.state(a.Claim.ID, store.Running)
	f.finish(*a.Claim, store.Succeeded)
	f.claimNoneBut(first)
	f.claimNoneBut(second)
}

func handDelayed(f *fixture) {
	if _, handed := f.submit(handed(store.DirectClaim{}), after(time.Second)); handed {
		f.Error("handed over before its time")
	}
}
