package storetest

import (
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

func maxOpenTests() []test {
	return []test{
		{"skips while runs are open", maxOpenSkips},
		{"counts every open run", maxOpenCounts},
		{"skips all but one in a race", maxOpenRace},
	}
}

func withMaxOpen(n int) func(*store.Submission) {
	return func(s *store.Submission) { s.Queue.MaxOpen = n }
}

// acceptSkipped submits a run that must be skipped, and returns its id.
func (f *fixture) acceptSkipped(changes ...func(*store.Submission)) string {
	f.Helper()
	sub := f.submission(changes...)
	a, err := f.s.Accept(f.ctx, sub)
	f.ok(err)
	f.same("accepted", a, store.Accepted{Skipped: true})
	return sub.ID
}

func maxOpenSkips(f *fixture) {
	first := f.accept(withMaxOpen(1), withDedupeKey("t1"))
	skipped := f.acceptSkipped(withMaxOpen(1), withDedupeKey("t2"))
	r := f.checkState(skipped, store.Throttled)
	f.same("cause", r.Cause, store.Cause{Reason: store.ReasonSkipped, Message: "an earlier run of the flow was not over"})
	f.same("event", string(r.Event), "event")
	f.same("finished", r.Finished, f.clock.Now())
	f.finishRun(f.claimOne().Claim, store.Succeeded)
	// A gateway that is late does not start the tick which another one has skipped.
	if a, _ := f.submit(withMaxOpen(1), withDedupeKey("t2")); a.Duplicate == nil || a.Duplicate.Run != skipped {
		f.Errorf("a skipped submission was accepted again: %+v", a)
	}
	if a, _ := f.submit(withMaxOpen(1), withDedupeKey("t3")); a.Skipped {
		f.Errorf("skipped after run %s was over", first)
	}
	if a, _ := f.submit(withMaxOpen(1), ofFlow("other")); a.Skipped {
		f.Error("skipped for a run of another flow")
	}
}

func maxOpenCounts(f *fixture) {
	f.acceptClaimed()
	f.accept(withDelay(time.Hour))
	f.acceptAll(2, withOrderKey("k")) // the second is blocked by the first
	if a, _ := f.submit(withMaxOpen(5)); a.Skipped {
		f.Error("skipped with four open runs of five")
	}
	f.same("message", f.getRun(f.acceptSkipped(withMaxOpen(5))).Cause.Message, "5 earlier runs of the flow were not over")
	if a, _ := f.submit(); a.Skipped {
		f.Error("skipped without a limit")
	}
}

func maxOpenRace(f *fixture) {
	var started atomic.Int64
	f.parallel(16, func(int) error {
		a, err := f.s.Accept(f.ctx, f.submission(withMaxOpen(1)))
		if err == nil && !a.Skipped {
			started.Add(1)
		}
		return err
	})
	f.same("started", started.Load(), int64(1))
	f.same("skipped", len(f.listed(store.Filter{States: []store.State{store.Throttled}})), 15)
}
