package storetest

import (
	"time"

	"github.com/webhook-gateway/gateway/internal/ulid"
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
		{"stores a run that has ended with its end", directClaimEnded},
		{"queues a run that has ended behind others", directClaimEndedBehindQueue},
		{"queues a run that has ended behind its order key", directClaimEndedOrder},
		{"refuses a run that has ended with a failure", directClaimEndedFailed},
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

// withEnd makes a submission one of a run that has ended with an output and two steps.
func (f *fixture) withEnd() func(*store.Submission) {
	return withDirectClaim(store.DirectClaim{Owner: "caller", Max: 1, Took: 3 * time.Second, Ended: &store.Ending{
		State: store.Succeeded, Output: []byte("output"), Steps: []store.Step{f.newStep("one"), f.newStep("two")},
	}})
}

func directClaimEnded(f *fixture) {
	var ids []string
	for range 2 { // none of them runs, so that the limit of the flow is not reached
		sub := f.submission(f.withEnd(), withDedupeKey(ulid.New(f.clock.Now())))
		a, err := f.s.Accept(f.ctx, sub)
		f.ok(err)
		if !a.Ended || a.Claim != nil {
			f.Fatalf("ended %t, claim %v", a.Ended, a.Claim)
		}
		ids = append(ids, sub.ID)
	}
	r := f.checkState(ids[0], store.Succeeded)
	f.same("output", r.Output, []byte("output"))
	f.same("response", r.Response, []byte("response"))
	f.same("status", r.Status, 202)
	f.same("steps", r.Steps, []store.Step{f.newStep("one"), f.newStep("two")})
	f.same("finished", r.Finished, f.clock.Now())
	f.same("started", r.Started, f.clock.Now().Add(-3*time.Second))
	f.claimNone()
	counts, err := f.s.Stats(f.ctx, store.StatsQuery{})
	f.ok(err)
	f.same("counts", counts, []store.Count{{Flow: "orders", State: store.Succeeded, N: 2, Took: 6 * time.Second}})
	f.checkStats(store.StatsQuery{})
}

func directClaimEndedBehindQueue(f *fixture) {
	first := f.accept()
	a, handed := f.submit(f.withEnd())
	if a.Ended || handed {
		f.Fatal("it came before an older run")
	}
	work := f.claim(2)
	f.same("claimed", len(work), 2)
	f.same("oldest", work[0].ID, first)
	f.same("steps", len(work[1].Steps), 0)
	f.same("output", work[1].Output, []byte(nil))
	if a, _ := f.submit(f.withEnd()); a.Ended {
		f.Error("it ended while as many runs of the flow run as may")
	}
}

func directClaimEndedOrder(f *fixture) {
	held, _ := f.submit(withDirectClaim(store.DirectClaim{}), withOrderKey("k"))
	if a, handed := f.submit(f.withEnd(), withOrderKey("k")); a.Ended || handed {
		f.Error("it came before an older run with its key")
	}
	f.finishRun(*held.Claim, store.Succeeded)
	f.finishRun(f.claimOne().Claim, store.Succeeded)
	if a, _ := f.submit(f.withEnd(), withOrderKey("k")); !a.Ended {
		f.Error("it did not end, though none with its key is open")
	}
	f.accept(withOrderKey("k"))
	f.claimOne() // the run that has ended does not block it
}

func directClaimEndedFailed(f *fixture) {
	failed := f.submission(f.withEnd())
	failed.Claim.Ended.State = store.Failed
	if _, err := f.s.Accept(f.ctx, failed); err == nil {
		f.Error("a failure was accepted")
	}
}
