package storetest

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func boundTests() []test {
	return []test{
		{"refuses above the bound", boundRefuses},
		{"counts what is queued, and no more", boundCounts},
		{"drops the oldest", boundDrops},
		{"does not drop what has begun", boundKeepsBegun},
		{"holds in a race", boundRace},
		{"holds in a race that drops", boundDropRace},
	}
}

func boundRefuses(f *fixture) {
	f.acceptAll(2, bounded(2, false))
	refused := f.submission(bounded(2, false))
	_, err := f.s.Accept(f.ctx, refused)
	f.is(err, store.ErrFull)
	if store.IsUnavailable(err) {
		f.Error("a full queue is taken for a broken store")
	}
	_, err = f.s.Get(f.ctx, refused.ID)
	f.is(err, store.ErrNotFound)
	f.accept(bounded(2, false), of("other"))
	f.accept(bounded(3, false))
	f.accept() // without a bound
	f.claim(3)
	f.accept(bounded(2, false))
}

func boundCounts(f *fixture) {
	f.hold()
	f.accept(after(time.Hour))
	f.accept(bounded(1, false))
	f.accept(bounded(1, false), after(time.Hour))
	f.accept(ordered("k"))
	f.accept(ordered("k")) // queued behind the other
	_, err := f.s.Accept(f.ctx, f.submission(bounded(3, false)))
	f.is(err, store.ErrFull)
	f.accept(bounded(4, false))
}

func boundDrops(f *fixture) {
	old := f.acceptAll(2, bounded(2, true))
	a, _ := f.submit(bounded(2, true))
	f.same("dropped", a.Dropped, old[0])
	r := f.state(old[0], store.Cancelled)
	f.same("reason", r.Cause.Reason, store.ReasonDropped)
	f.same("finished", r.Finished, f.clock.Now())
	f.same("next", f.claim(1)[0].ID, old[1])
	f.ok(f.s.Requeue(f.ctx, old[0], store.RequeueOptions{}))
}

func boundKeepsBegun(f *fixture) {
	begun := f.hold()
	f.ok(f.s.Release(f.ctx, begun))
	_, err := f.s.Accept(f.ctx, f.submission(bounded(1, true)))
	f.is(err, store.ErrFull)
	head, tail := f.accept(ordered("k")), f.accept(ordered("k"))
	a, _ := f.submit(bounded(3, true))
	f.same("dropped", a.Dropped, head)
	f.same("claimed", len(f.claim(10)), 3)
	f.state(tail, store.Running)
}

func boundRace(f *fixture) {
	const limit = 10
	var kept atomic.Int64
	f.parallel(16, func(int) error {
		for range 5 {
			_, err := f.s.Accept(f.ctx, f.submission(bounded(limit, false)))
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

func boundDropRace(f *fixture) {
	const limit = 10
	var dropped atomic.Int64
	f.parallel(16, func(int) error {
		for range 5 {
			a, err := f.s.Accept(f.ctx, f.submission(bounded(limit, true)))
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
