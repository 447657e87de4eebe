package storetest

import (
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/store"
)

func operateTests() []test {
	return []test{
		{"cancels open runs", cancelsOpen},
		{"cancels nothing that is over", cancelsNothingOver},
		{"cancels all of a filter", cancelsAll},
		{"a cancelled run keeps its error", cancelKeepsError},
		{"resumes where a run failed", requeues},
		{"counts no attempt that was not started", requeuesUnstarted},
		{"runs again from the start", requeuesFromStart},
		{"runs again from an action", requeuesFrom},
		{"runs recorded runs again", requeuesRecorded},
		{"refuses runs that may not run again", requeueRefuses},
		{"runs all of a filter again", requeuesAll},
		{"counts open runs", countsDepths},
	}
}

func cancelsOpen(f *fixture) {
	queued, waiting, running := f.accept(), f.accept(withDelay(time.Hour)), f.acceptClaimed()
	for _, id := range []string{queued, waiting, running.ID} {
		f.ok(f.s.Cancel(f.ctx, id))
		r := f.checkState(id, store.Cancelled)
		f.same("reason", r.Cause.Reason, store.ReasonPerson)
		f.same("finished", r.Finished, f.clock.Now())
		f.same("due", r.Due, time.Time{})
	}
	f.checkLost(running)
	f.clock.Advance(2 * time.Hour)
	f.claimNone()
	f.same("swept", f.sweepAll(), store.Swept{})
}

func cancelKeepsError(f *fixture) {
	c := f.acceptClaimed()
	why := store.Cause{Reason: "5xx", Class: "transient", Action: "charge", Position: "a.hcl:1,2", Message: "it answered 503", Detail: `{"x":1}`}
	f.ok(f.s.Retry(f.ctx, c, store.Requeue{Delay: time.Hour, Cause: why}))
	f.ok(f.s.Cancel(f.ctx, c.ID))
	why.Reason = store.ReasonPerson
	f.same("cause", f.getRun(c.ID).Cause, why)
}

func cancelsNothingOver(f *fixture) {
	c := f.acceptClaimed()
	f.finishRun(c, store.Succeeded)
	f.is(f.s.Cancel(f.ctx, c.ID), store.ErrState)
	f.is(f.s.Cancel(f.ctx, ulid.New(f.clock.Now())), store.ErrNotFound)
	f.is(f.s.Cancel(f.ctx, "no id"), store.ErrNotFound)
	f.checkState(c.ID, store.Succeeded)
}

func cancelsAll(f *fixture) {
	mine := f.acceptAll(5)
	other := f.accept(ofFlow("other"))
	done := f.acceptClaimed()
	f.finishRun(done, store.Succeeded)
	q := store.ListQuery{Filter: store.Filter{Flows: []string{"orders"}}, Limit: 2}
	n := 0
	for {
		c, err := f.s.CancelAll(f.ctx, q)
		f.ok(err)
		n += c.N
		if c.Next == "" {
			break
		}
		q.After = c.Next
	}
	f.same("cancelled", n, 5)
	for _, id := range mine {
		f.checkState(id, store.Cancelled)
	}
	f.checkState(other, store.Queued)
	f.checkState(done.ID, store.Succeeded)
	c, err := f.s.CancelAll(f.ctx, store.ListQuery{Filter: store.Filter{States: []store.State{store.Succeeded}}, Limit: 10})
	f.ok(err)
	f.same("cancelled of what is over", c, store.Changed{})
}

func requeues(f *fixture) {
	c := f.acceptClaimed()
	f.ok(f.s.Retry(f.ctx, c, store.Requeue{}))
	f.ok(f.s.Finish(f.ctx, f.claimOne().Claim, &store.Ending{
		State: store.Failed, Cause: store.Cause{Message: "no"}, Steps: []store.Step{f.newStep("a")},
	}))
	f.same("attempt", f.getRun(c.ID).Attempt, 2)
	f.clock.Advance(time.Minute)
	for f.takeSignal() {
	}
	f.ok(f.s.Requeue(f.ctx, c.ID, store.RequeueOptions{}))
	if !f.takeSignal() {
		f.Error("no signal of a run that is queued again")
	}
	r := f.checkState(c.ID, store.Queued)
	f.same("started", r.Started, time.Time{})
	f.same("finished", r.Finished, time.Time{})
	f.same("cause", r.Cause, store.Cause{})
	w := f.claimOne()
	f.same("attempt", w.Attempt, 3)
	f.same("attempts before", w.Retried, 2)
	f.same("started", w.Started, f.clock.Now())
	f.same("body", string(w.Body), "body")
	s := f.newStep("a")
	s.Began = s.Began.Add(-time.Minute)
	f.same("steps", w.Steps, []store.Step{s})
	f.checkLost(c)
	f.finishRun(w.Claim, store.Succeeded)
}

// requeuesUnstarted cancels a run before its first and before its second attempt.
func requeuesUnstarted(f *fixture) {
	id := f.accept()
	for attempt := 1; attempt <= 2; attempt++ {
		f.ok(f.s.Cancel(f.ctx, id))
		f.ok(f.s.Requeue(f.ctx, id, store.RequeueOptions{}))
		w := f.claimOne()
		f.same("attempt", []int{w.Attempt, w.Retried}, []int{attempt, attempt - 1})
		f.finishRun(w.Claim, store.Failed)
		f.ok(f.s.Requeue(f.ctx, id, store.RequeueOptions{}))
	}
}

// requeuesFrom runs a run again from its second step. The first one keeps its output,
// also if it ended in the same millisecond as others began.
func requeuesFrom(f *fixture) {
	c := f.acceptClaimed()
	var steps []store.Step
	for i, path := range []string{"a", "a/in", "b", "b/in", "skipped", "c"} {
		s := f.newStep(path)
		s.Began = s.Began.Add(time.Duration(i) * time.Microsecond)
		steps = append(steps, s)
	}
	steps[4].State = flow.Skipped
	steps[5].State, steps[5].Cause = store.StepRetry, store.Cause{Message: "no", Detail: `{"x":1}`}
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: store.Succeeded, Steps: steps}))
	f.is(f.s.Requeue(f.ctx, c.ID, store.RequeueOptions{From: "none"}), store.ErrState)
	f.checkState(c.ID, store.Succeeded)
	f.ok(f.s.Requeue(f.ctx, c.ID, store.RequeueOptions{From: "b"}))
	want := slices.Delete(slices.Clone(steps), 4, 5)
	for i := range want {
		if i >= 2 {
			want[i].State, want[i].Input, want[i].Output = store.StepReset, nil, nil
		}
	}
	w := f.claimOne()
	f.same("steps", w.Steps, want)
	f.finishRun(w.Claim, store.Failed)
	other := f.acceptClaimed()
	f.finishRun(other, store.Failed)
	done, err := f.s.RequeueAll(f.ctx, store.ListQuery{Limit: 10}, store.RequeueOptions{From: "a"})
	f.ok(err)
	f.same("changed", done.N, 1)
	f.checkState(other.ID, store.Failed)
}

func requeuesFromStart(f *fixture) {
	c := f.acceptClaimed()
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: store.Succeeded, Steps: []store.Step{f.newStep("a")}}))
	f.is(f.s.Requeue(f.ctx, c.ID, store.RequeueOptions{}), store.ErrState)
	f.ok(f.s.Requeue(f.ctx, c.ID, store.RequeueOptions{FromStart: true}))
	w := f.claimOne()
	reset := f.newStep("a")
	reset.State, reset.Input, reset.Output = store.StepReset, nil, nil
	f.same("steps", w.Steps, []store.Step{reset})
	f.same("attempt", []int{w.Attempt, w.Retried}, []int{2, 1})
}

func requeuesRecorded(f *fixture) {
	e := f.newEntry(store.Failed)
	f.ok(f.s.Record(f.ctx, e))
	f.ok(f.s.Requeue(f.ctx, e.ID, store.RequeueOptions{}))
	f.same("claimed", f.claimOne().ID, e.ID)
}

func requeueRefuses(f *fixture) {
	queued, waiting, running := f.accept(), f.accept(withDelay(time.Hour)), f.acceptClaimed()
	refused, empty := f.newEntry(store.Refused), f.newEntry(store.Failed)
	empty.Payload = store.Payload{}
	f.ok(f.s.Record(f.ctx, refused, empty))
	for _, id := range []string{queued, waiting, running.ID, refused.ID, empty.ID} {
		f.is(f.s.Requeue(f.ctx, id, store.RequeueOptions{FromStart: true}), store.ErrState)
	}
	f.is(f.s.Requeue(f.ctx, ulid.New(f.clock.Now()), store.RequeueOptions{}), store.ErrNotFound)
	recorded := f.newEntry(store.Failed)
	f.ok(f.s.Record(f.ctx, recorded))
	f.ok(f.s.Cancel(f.ctx, waiting))
	for _, id := range []string{recorded.ID, waiting} {
		f.ok(f.s.Requeue(f.ctx, id, store.RequeueOptions{}))
		f.checkState(id, store.Queued)
	}
}

func requeuesAll(f *fixture) {
	var failed []string
	for range 5 {
		c := f.acceptClaimed()
		f.finishRun(c, store.Failed)
		failed = append(failed, c.ID)
	}
	cancelled, done := f.acceptClaimed(), f.acceptClaimed()
	f.finishRun(cancelled, store.Cancelled)
	f.finishRun(done, store.Succeeded)
	q := store.ListQuery{Limit: 3}
	n := 0
	for {
		c, err := f.s.RequeueAll(f.ctx, q, store.RequeueOptions{})
		f.ok(err)
		n += c.N
		if c.Next == "" {
			break
		}
		q.After = c.Next
	}
	f.same("run again", n, 5)
	for _, id := range failed {
		f.checkState(id, store.Queued)
	}
	f.checkState(cancelled.ID, store.Cancelled)
	f.checkState(done.ID, store.Succeeded)
	named := store.ListQuery{Filter: store.Filter{States: store.States()}, Limit: 10}
	c, err := f.s.RequeueAll(f.ctx, named, store.RequeueOptions{FromStart: true})
	f.ok(err)
	f.same("run again by name", c.N, 2)
}

func countsDepths(f *fixture) {
	depths, err := f.s.Depths(f.ctx)
	f.ok(err)
	f.same("of an empty store", depths, nil)
	oldest := f.clock.Now()
	f.acceptAll(3, ofFlow("b"))
	f.clock.Advance(time.Minute)
	f.acceptAll(2, ofFlow("b"), withDelay(time.Hour))
	f.acceptClaimed(ofFlow("a"))
	f.finishRun(f.acceptClaimed(ofFlow("c")), store.Succeeded)
	depths, err = f.s.Depths(f.ctx)
	f.ok(err)
	f.same("depths", depths, []store.Depth{
		{Flow: "a", Running: 1},
		{Flow: "b", Queued: 3, Waiting: 2, Oldest: oldest},
	})
}
