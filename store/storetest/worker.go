package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// stepsMany ends a run with more steps than fit into one statement. Some have
// failed, and some share a path.
func stepsMany(f *fixture) {
	c := f.acceptClaimed()
	var steps, want []store.Step
	for i := range 30 {
		s := f.newStep(fmt.Sprintf("a%02d", i))
		if i%7 == 3 {
			s.State, s.Cause = flow.Failed, store.Cause{Message: "no"}
		}
		steps = append(steps, s)
		s.Attempts = 2
		want = append(want, s)
	}
	f.ok(f.s.Checkpoint(f.ctx, c, steps[:12]...))
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: store.Succeeded, Steps: append(steps, want...)}))
	f.same("steps", f.getRun(c.ID).Steps, want)
}

// stepsOfLoops ends a run with as many steps as the longest loop has, whose
// actions need no checkpoint.
func stepsOfLoops(f *fixture) {
	const n = 100_000
	c := f.acceptClaimed()
	steps := make([]store.Step, n)
	for i := range steps {
		steps[i] = f.newStep(fmt.Sprintf("each/%d/action_%d", i/10, i%10))
	}
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: store.Succeeded, Steps: steps}))
	if kept := len(f.getRun(c.ID).Steps); kept != n {
		f.Errorf("%d steps of %d are kept", kept, n)
	}
}

func workerTests() []test {
	return []test{
		{"a step replaces the earlier one", stepReplaces},
		{"of many steps the later ones stay", stepsMany},
		{"all of thousands of steps are stored", stepsOfLoops},
		{"an end stores every field", endSaysAll},
		{"an end keeps the accepted data", endKeeps},
		{"ends in final states only", endStates},
		{"retries after a delay", retryLater},
		{"retries at once", retryAtOnce},
		{"suspends", suspends},
		{"releases", releases},
		{"an ended claim changes nothing", overChangesNothing},
		{"a made-up claim changes nothing", madeUpChangesNothing},
		{"a lost claim changes nothing beside the current one", lostChangesNothing},
	}
}

func stepReplaces(f *fixture) {
	c := f.acceptClaimed()
	s := f.newStep("a")
	s.State, s.Cause = flow.Failed, store.Cause{Class: "transient", Reason: "5xx", Message: "it answered 503", Detail: `{"x":2}`}
	f.ok(f.s.Checkpoint(f.ctx, c, s))
	f.same("steps", f.getRun(c.ID).Steps, []store.Step{s})
	again := f.newStep("a")
	again.Attempts, again.Output, again.Input = 2, nil, []byte("other")
	f.ok(f.s.Checkpoint(f.ctx, c, again, f.newStep("b")))
	f.same("steps", f.getRun(c.ID).Steps, []store.Step{again, f.newStep("b")})
	f.ok(f.s.Checkpoint(f.ctx, c))
}

func endSaysAll(f *fixture) {
	c := f.acceptClaimed()
	f.clock.Advance(3 * time.Second)
	end := &store.Ending{
		State:  store.Failed,
		Cause:  store.Cause{Reason: "5xx", Class: "transient", Action: "slack", Position: "orders.hcl:12,3", Message: "it answered 503", Detail: `{"x":1}`},
		Steps:  []store.Step{f.newStep("slack")},
		Status: 502, Response: []byte("bad gateway"), Output: []byte("output"),
	}
	f.ok(f.s.Finish(f.ctx, c, end))
	f.same("the run", f.getRun(c.ID), &store.Run{
		Summary: store.Summary{
			ID: c.ID, Flow: "orders", State: store.Failed, Received: f.clock.Now().Add(-3 * time.Second), Started: f.clock.Now().Add(-3 * time.Second),
			Finished: f.clock.Now(), Attempt: 1, Status: 502, Size: 4, Cause: end.Cause,
		},
		Payload: store.Payload{Event: []byte("event"), Body: []byte("body"), Variables: []byte("variables"), Response: end.Response, Output: end.Output, Trace: []byte("trace")},
		Steps:   end.Steps, Version: "v1",
	})
}

func endKeeps(f *fixture) {
	c := f.acceptClaimed()
	f.ok(f.s.Retry(f.ctx, c, store.Requeue{Cause: store.Cause{Message: "once"}}))
	f.finishRun(f.claimOne().Claim, store.Succeeded)
	r := f.getRun(c.ID)
	f.same("status", r.Status, 202)
	f.same("response", string(r.Response), "response")
	f.same("cause", r.Cause, store.Cause{})
}

func endStates(f *fixture) {
	for _, s := range store.States() {
		c := f.acceptClaimed()
		err := f.s.Finish(f.ctx, c, &store.Ending{State: s})
		allowed := s == store.Succeeded || s == store.Failed || s == store.Cancelled
		if (err == nil) != allowed {
			f.Errorf("finishing as %s: %v", s, err)
		}
		if !allowed {
			f.checkState(c.ID, store.Running)
		}
	}
}

func retryLater(f *fixture) {
	c, a := f.acceptClaimed(), f.newStep("a")
	why := store.Cause{Class: "transient", Message: "it answered 503", Detail: `{"x":3}`}
	f.ok(f.s.Retry(f.ctx, c, store.Requeue{Delay: time.Minute, Cause: why, Steps: []store.Step{a}}))
	r := f.checkState(c.ID, store.Waiting)
	f.same("attempt", r.Attempt, 2)
	f.same("cause", r.Cause, why)
	f.same("due", r.Due, f.clock.Now().Add(time.Minute))
	f.claimNone()
	f.clock.Advance(time.Minute)
	w := f.claimOne()
	f.same("attempt", w.Attempt, 2)
	f.same("steps", w.Steps, []store.Step{a})
	f.same("start", w.Started, f.clock.Now().Add(-time.Minute))
}

func retryAtOnce(f *fixture) {
	c := f.acceptClaimed()
	for f.takeSignal() {
	}
	f.ok(f.s.Retry(f.ctx, c, store.Requeue{}))
	if !f.takeSignal() {
		f.Error("no signal of a run that is queued again")
	}
	w := f.claimOne()
	f.same("attempt", w.Attempt, 2)
	if w.Fence <= c.Fence {
		f.Errorf("the fence went from %d to %d", c.Fence, w.Fence)
	}
}

func suspends(f *fixture) {
	c := f.acceptClaimed()
	f.ok(f.s.Suspend(f.ctx, c, store.Requeue{Delay: time.Hour, Steps: []store.Step{f.newStep("wait")}, Cause: store.Cause{Message: "not kept"}}))
	r := f.checkState(c.ID, store.Waiting)
	f.same("attempt", r.Attempt, 1)
	f.same("cause", r.Cause, store.Cause{})
	f.same("steps", r.Steps, []store.Step{f.newStep("wait")})
	f.clock.Advance(time.Hour)
	f.same("attempt", f.claimOne().Attempt, 1)
}

func releases(f *fixture) {
	a, b, gone := f.acceptClaimed(), f.acceptClaimed(), f.acceptClaimed()
	f.finishRun(gone, store.Succeeded)
	f.ok(f.s.Release(f.ctx, a, gone, b))
	f.ok(f.s.Release(f.ctx))
	f.checkState(gone.ID, store.Succeeded)
	work := f.claim(10)
	f.same("claimed again", ids(work), []string{a.ID, b.ID})
	f.same("attempt", work[0].Attempt, 1)
}

// checkLost fails if any operation still accepts a claim.
func (f *fixture) checkLost(c store.Claim) {
	f.Helper()
	before := f.getRun(c.ID)
	f.is(f.s.Checkpoint(f.ctx, c, f.newStep("late")), store.ErrLost)
	f.is(f.s.Finish(f.ctx, c, &store.Ending{State: store.Failed, Steps: []store.Step{f.newStep("late")}}), store.ErrLost)
	f.is(f.s.Retry(f.ctx, c, store.Requeue{Steps: []store.Step{f.newStep("late")}}), store.ErrLost)
	f.is(f.s.Suspend(f.ctx, c, store.Requeue{Delay: time.Second}), store.ErrLost)
	f.ok(f.s.Release(f.ctx, c))
	lost, err := f.s.Heartbeat(f.ctx, lease, c)
	f.ok(err)
	f.same("lost by heartbeat", lost, []store.Claim{c})
	f.same("the run afterwards", f.getRun(c.ID), before)
}

func overChangesNothing(f *fixture) {
	ends := map[string]func(store.Claim) error{
		"finished": func(c store.Claim) error { return f.s.Finish(f.ctx, c, &store.Ending{State: store.Succeeded}) },
		"retried":  func(c store.Claim) error { return f.s.Retry(f.ctx, c, store.Requeue{Delay: time.Hour}) },
		"parked":   func(c store.Claim) error { return f.s.Suspend(f.ctx, c, store.Requeue{Delay: time.Hour}) },
		"released": func(c store.Claim) error { return f.s.Release(f.ctx, c) },
		"cancelled": func(c store.Claim) error {
			return f.s.Cancel(f.ctx, c.ID)
		},
	}
	for how, end := range ends {
		c := f.acceptClaimed()
		f.ok(end(c))
		f.Log(how)
		f.checkLost(c)
	}
	c := f.acceptClaimed()
	f.ok(f.s.Release(f.ctx, c))
	for _, w := range f.claim(10) { // the same runs, claimed by another
		f.checkLost(store.Claim{ID: w.ID, Ref: w.Ref, Fence: w.Fence - 1})
	}
	f.checkState(c.ID, store.Running)
}

func madeUpChangesNothing(f *fixture) {
	c := f.acceptClaimed()
	f.checkLost(store.Claim{ID: c.ID, Ref: c.Ref, Fence: c.Fence + 1})
	f.is(f.s.Checkpoint(f.ctx, store.Claim{ID: c.ID, Ref: c.Ref + 1000, Fence: 1}, f.newStep("a")), store.ErrLost)
	f.finishRun(c, store.Succeeded)
}

func lostChangesNothing(f *fixture) {
	stale := f.acceptClaimed()
	f.clock.Advance(lease)
	f.sweepAll()
	current := f.claim(1)[0].Claim
	f.same("the run", current.ID, stale.ID)
	mine, other := f.newStep("a"), f.newStep("a")
	other.Output = []byte("of the one that lost it")
	f.parallel(40, func(n int) error {
		if n%2 == 0 {
			return f.s.Checkpoint(f.ctx, current, mine)
		}
		if err := f.s.Checkpoint(f.ctx, stale, other, f.newStep("b")); !errors.Is(err, store.ErrLost) {
			return fmt.Errorf("a checkpoint with a lost claim: %w", err)
		}
		return nil
	})
	f.parallel(2, func(n int) error {
		if n == 0 {
			return f.s.Checkpoint(f.ctx, current, mine)
		}
		err := f.s.Finish(f.ctx, stale, &store.Ending{State: store.Failed, Steps: []store.Step{other}, Response: other.Output, Output: other.Output})
		if !errors.Is(err, store.ErrLost) {
			return fmt.Errorf("an end with a lost claim: %w", err)
		}
		return nil
	})
	run := f.checkState(current.ID, store.Running)
	f.same("steps", run.Steps, []store.Step{mine})
	f.same("response", run.Response, []byte("response"))
	f.same("output", run.Output, nil)
}
