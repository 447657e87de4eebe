package storetest

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func queueLimitTests() []test {
	return []test{
		{"refuses above the limit", queueLimitRefuses},
		{"counts queued and waiting runs", queueLimitCounts},
		{"counts runs that stop waiting", queueLimitCountsOnce},
		{"drops the oldest", queueLimitDrops},
		{"does not drop a run that was claimed", queueLimitKeepsStarted},
		{"holds in a race", queueLimitRace},
		{"holds in a race that drops", queueLimitDropRace},
	}
}

func queueLimitRefuses(f *fixture) {
	f.acceptAll(2, withQueueLimit(2, false))
	refused := f.submission(withQueueLimit(2, false))
	_, err := f.s.Accept(f.ctx, refused)
	f.is(err, store.ErrFull)
	if store.IsUnavailable(err) {
		f.Error("a full queue is taken for a broken store")
	}
	_, err = f.s.Get(f.ctx, refused.ID)
	f.is(err, store.ErrNotFound)
	f.accept(withQueueLimit(2, false), ofFlow("other"))
	f.accept(withQueueLimit(3, false))
	f.accept() // without a bound
	f.claim(3)
	f.accept(withQueueLimit(2, false))
}

func queueLimitCounts(f *fixture) {
	retried := f.acceptClaimed()
	f.accept(withQueueLimit(1, false), withDelay(time.Hour)) // a running run does not count
	f.ok(f.s.Retry(f.ctx, retried, store.Requeue{Delay: time.Hour}))
	f.ok(f.s.Suspend(f.ctx, f.acceptClaimed(), store.Requeue{Delay: time.Hour}))
	f.accept(withOrderKey("k"))
	f.accept(withOrderKey("k")) // queued behind the other
	for _, with := range [][]func(*store.Submission){
		{}, {withDelay(time.Hour)}, {withOrderKey("k")}, {withDirectClaim(store.DirectClaim{Owner: "caller"})},
	} {
		_, err := f.s.Accept(f.ctx, f.submission(append(with, withQueueLimit(5, false))...))
		f.is(err, store.ErrFull)
	}
	f.acceptClaimed(withQueueLimit(5, false)) // has started
	f.accept(withQueueLimit(6, false))
}

// queueLimitCountsOnce ends the wait of runs in all ways.
func queueLimitCountsOnce(f *fixture) {
	due := f.acceptClaimed()
	f.ok(f.s.Suspend(f.ctx, due, store.Requeue{Delay: time.Minute}))
	head, tail := f.accept(withOrderKey("k")), f.accept(withOrderKey("k"), withDelay(time.Hour))
	cancelled := f.accept(withDelay(time.Hour))
	f.ok(f.s.Cancel(f.ctx, cancelled))
	f.ok(f.s.Cancel(f.ctx, head))
	f.checkState(tail, store.Waiting)
	full := func(limit int) {
		_, err := f.s.Accept(f.ctx, f.submission(withQueueLimit(limit, false)))
		f.is(err, store.ErrFull)
	}
	full(2)
	f.clock.Advance(time.Minute)
	f.same("claimed", f.claimOne().ID, due.ID)
	full(1)
	f.accept(withQueueLimit(2, false))
	_, err := f.s.Adopt(f.ctx, store.Adoption{From: f.submission().Flow, To: "renamed"})
	f.ok(err)
	f.accept(withQueueLimit(1, false))
	_, err = f.s.Accept(f.ctx, f.submission(withQueueLimit(2, false), ofFlow("renamed")))
	f.is(err, store.ErrFull)
	f.accept(withQueueLimit(3, false), ofFlow("renamed"))
}

func queueLimitDrops(f *fixture) {
	old := f.acceptAll(2, withQueueLimit(2, true))
	a, _ := f.submit(withQueueLimit(2, true))
	f.same("dropped", a.Dropped, old[0])
	r := f.checkState(old[0], store.Cancelled)
	f.same("reason", r.Cause.Reason, store.ReasonDropped)
	f.same("finished", r.Finished, f.clock.Now())
	f.same("next", f.claim(1)[0].ID, old[1])
	f.ok(f.s.Requeue(f.ctx, old[0], store.RequeueOptions{}))
}

func queueLimitKeepsStarted(f *fixture) {
	begun := f.acceptClaimed()
	f.ok(f.s.Release(f.ctx, begun))
	_, err := f.s.Accept(f.ctx, f.submission(withQueueLimit(1, true)))
	f.is(err, store.ErrFull)
	head, tail := f.accept(withOrderKey("k")), f.accept(withOrderKey("k"))
	a, _ := f.submit(withQueueLimit(3, true))
	f.same("dropped", a.Dropped, head)
	f.same("claimed", len(f.claim(10)), 3)
	f.checkState(tail, store.Running)
}

func queueLimitRace(f *fixture) {
	const limit = 10
	var kept atomic.Int64
	f.parallel(16, func(int) error {
		for range 5 {
			_, err := f.s.Accept(f.ctx, f.submission(withQueueLimit(limit, false)))
			if err == nil {
				kept.Add(1)
			} else if !errors.Is(err, store.ErrFull) {
				return err
			}
		}
		return nil
	})
	f.same("accepted", kept.Load(), int64(limit))
	f.same("queued", len(f.claim(100)), limit)
}

func queueLimitDropRace(f *fixture) {
	const limit = 10
	var dropped atomic.Int64
	f.parallel(16, func(int) error {
		for range 5 {
			a, err := f.s.Accept(f.ctx, f.submission(withQueueLimit(limit, true)))
			if err != nil {
				return err
			}
			if a.Dropped != "" {
				dropped.Add(1)
			}
		}
		return nil
	})
	f.same("dropped", dropped.Load(), int64(16*5-limit))
	f.same("queued", len(f.claim(100)), limit)
}
