package storetest

import (
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func directClaimTests() []test {
	return []test{
		{"claims in an idle store", directClaimIdle},
		{"queues behind queued runs", directClaimBehindQueue},
		{"respects the limit of the flow", directClaimLimit},
		{"waits for its order key", directClaimOrder},
		{"claims a started run in any case", directClaimStarted},
		{"does not claim a delayed run", directClaimDelayed},
	}
}

// submit accepts a run, and returns whether it was claimed directly.
func (f *fixture) submit(changes ...func(*store.Submission)) (store.Accepted, bool) {
	f.Helper()
	a, err := f.s.Accept(f.ctx, f.submission(changes...))
	f.ok(err)
	return a, a.Claim != nil
}

func directClaimIdle(f *fixture) {
	a, handed := f.submit(withDirectClaim(store.DirectClaim{Owner: "replica 1"}))
	if !handed {
		f.Fatal("not handed over by an idle store")
	}
	r := f.checkState(a.Claim.ID, store.Running)
	f.same("owner", r.Owner, "replica 1")
	f.same("lease", r.Lease, f.clock.Now().Add(lease))
	f.same("started", r.Started, f.clock.Now())
	f.claimNone()
	f.finishRun(*a.Claim, store.Succeeded)
	f.checkState(a.Claim.ID, store.Succeeded)
}

func directClaimBehindQueue(f *fixture) {
	first := f.accept()
	other := f.accept(ofFlow("other"))
	if _, handed := f.submit(withDirectClaim(store.DirectClaim{})); handed {
		f.Error("handed over while an older run waits")
	}
	f.claim(1, "orders")
	if _, handed := f.submit(withDirectClaim(store.DirectClaim{})); handed {
		f.Error("handed over while another older run waits")
	}
	f.claim(2, "orders")
	if _, handed := f.submit(withDirectClaim(store.DirectClaim{})); !handed {
		f.Error("not handed over, though none of the flow waits")
	}
	f.checkState(first, store.Running)
	f.checkState(other, store.Queued)
}

func directClaimLimit(f *fixture) {
	h := withDirectClaim(store.DirectClaim{Max: 2})
	a, _ := f.submit(h)
	f.submit(h)
	if _, handed := f.submit(h); handed {
		f.Error("a third run of two was handed over")
	}
	f.claimOne()
	f.finishRun(*a.Claim, store.Failed)
	if _, handed := f.submit(h); handed {
		f.Error("handed over while two run")
	}
}

func directClaimOrder(f *fixture) {
	a, _ := f.submit(withDirectClaim(store.DirectClaim{}), withOrderKey("k"))
	if _, handed := f.submit(withDirectClaim(store.DirectClaim{}), withOrderKey("k")); handed {
		f.Error("handed over while another with the key runs")
	}
	if _, handed := f.submit(withDirectClaim(store.DirectClaim{}), withOrderKey("other")); !handed {
		f.Error("not handed over, though none with the key is open")
	}
	f.finishRun(*a.Claim, store.Succeeded)
	f.claimOne()
}

func directClaimStarted(f *fixture) {
	first, second := f.accept(withOrderKey("k")), f.accept(withOrderKey("k"))
	a, handed := f.submit(alreadyStarted, withOrderKey("k"), withQueueLimit(1, false), withDelay(time.Hour))
	if !handed {
		f.Fatal("a run that had begun was not handed over")
	}
	f.checkState(a.Claim.ID, store.Running)
	f.finishRun(*a.Claim, store.Succeeded)
	f.claimNoneBut(first)
	f.claimNoneBut(second)
}

func directClaimDelayed(f *fixture) {
	if _, handed := f.submit(withDirectClaim(store.DirectClaim{}), withDelay(time.Second)); handed {
		f.Error("handed over before its time")
	}
}
