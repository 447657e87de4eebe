package storetest

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// packedStepsTests are those of steps that engines store in one row, see package
// packedsteps.
func packedStepsTests() []test {
	return []test{
		{"come back as they were", packedStepsComeBack},
		{"follow those of earlier claims", packedStepsFollow},
		{"are erased from", packedStepsErased},
		{"run again", packedStepsRunAgain},
		{"are not cut", packedStepsNotCut},
		{"are not those of runs that did not succeed", packedStepsSucceeded},
		{"that can't be read stay, and are erased from", packedStepsUnreadable},
	}
}

// plainSteps returns steps without a failure, in the order in which they began.
func (f *fixture) plainSteps(n int) []store.Step {
	steps := make([]store.Step, n)
	for i := range steps {
		steps[i] = f.newStep(fmt.Sprintf("each/%d/a", i))
		steps[i].Began = steps[i].Began.Add(time.Duration(i) * time.Millisecond)
		steps[i].Input, steps[i].Output = []byte{byte(i)}, bytes.Repeat([]byte{byte(i)}, i)
	}
	return steps
}

// finishWith accepts a run and ends it with steps.
func (f *fixture) finishWith(steps []store.Step, changes ...func(*store.Submission)) string {
	f.Helper()
	c := f.acceptClaimed(changes...)
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: store.Succeeded, Steps: steps}))
	return c.ID
}

func packedStepsComeBack(f *fixture) {
	for _, n := range []int{1, 2, 3, 64, 65} {
		steps := f.plainSteps(n)
		ended := slices.Clone(steps)
		slices.Reverse(ended) // the last one ended first
		f.same("steps of a run", f.getRun(f.finishWith(ended)).Steps, steps)
		e := f.newEntry(store.Succeeded)
		e.Steps = ended
		f.ok(f.s.Record(f.ctx, e))
		f.same("steps of an entry", f.getRun(e.ID).Steps, steps)
	}
	f.ok(f.s.Close())
	f.same("packed rows, two for each of 2, 3 and 64 steps", f.engine.Execute(f.T, f.place, "DELETE FROM steps WHERE state = 'packed'"), int64(6))
	f.reopen()
}

// packedStepsFollow ends a run that has steps of earlier attempts.
func packedStepsFollow(f *fixture) {
	c := f.acceptClaimed()
	steps := f.plainSteps(4)
	early := slices.Clone(steps[:2])
	early[1].State, early[1].Output = store.StepRetry, []byte("in vain")
	f.ok(f.s.Retry(f.ctx, c, store.Requeue{Steps: early}))
	w := f.claimOne()
	f.same("steps of the claim", w.Steps, early)
	f.ok(f.s.Checkpoint(f.ctx, w.Claim, steps[2]))
	f.ok(f.s.Finish(f.ctx, w.Claim, &store.Ending{State: store.Succeeded, Steps: []store.Step{steps[1], steps[3]}}))
	f.same("steps", f.getRun(c.ID).Steps, steps)
}

func packedStepsErased(f *fixture) {
	steps := f.plainSteps(3)
	steps[0].Path, steps[1].Input, steps[2].Output = "each/"+ann, []byte(`{"to":"`+ann+`"}`), []byte(`"`+ann+`"`)
	id, other := f.finishWith(steps), f.finishWith(f.plainSteps(3))
	f.deleteContact(ann)
	f.same("done", f.eraseAll(store.EraseQuery{}), store.Erased{Runs: 1})
	steps[0].Path, steps[1].Input, steps[2].Output = "each/(hidden)", []byte(`{"to":"(hidden)"}`), []byte(`"(hidden)"`)
	f.same("steps", f.getRun(id).Steps, steps)
	f.same("steps of the other", f.getRun(other).Steps, f.plainSteps(3))
	f.same("erased again", f.eraseAll(store.EraseQuery{}), store.Erased{})
}

// packedStepsRunAgain requeues a run three times.
func packedStepsRunAgain(f *fixture) {
	steps := f.plainSteps(3)
	id := f.finishWith(steps)
	f.is(f.s.Requeue(f.ctx, id, store.RequeueOptions{From: "none"}), store.ErrState)
	f.same("steps", f.getRun(id).Steps, steps)
	for _, from := range []int{1, 0} {
		f.ok(f.s.Requeue(f.ctx, id, store.RequeueOptions{From: steps[from].Path}))
		want := slices.Clone(steps)
		for i := from; i < len(want); i++ {
			want[i].State, want[i].Input, want[i].Output = store.StepReset, nil, nil
		}
		w := f.claimOne()
		f.same("steps of the claim", w.Steps, want)
		f.ok(f.s.Finish(f.ctx, w.Claim, &store.Ending{State: store.Succeeded, Steps: steps[from:]}))
		f.same("steps of the end", f.getRun(id).Steps, steps)
	}
	done, err := f.s.RequeueAll(f.ctx, store.ListQuery{Limit: 10, Filter: store.Filter{States: []store.State{store.Succeeded}}}, store.RequeueOptions{FromStart: true})
	f.ok(err)
	f.same("changed", done.N, 1)
	f.same("steps of the claim from the start", len(f.claimOne().Steps), 3)
}

// packedStepsNotCut cuts the body of a run whose steps have more than the limit
// together.
func packedStepsNotCut(f *fixture) {
	steps := f.plainSteps(3)
	for i := range steps {
		steps[i].Output = bytes.Repeat([]byte("o"), 1000)
	}
	id := f.finishWith(steps, func(s *store.Submission) { s.Body = bytes.Repeat([]byte("b"), 1200) })
	f.same("purged", f.purgeAll(store.Retention{Body: 1100}), store.Purged{Cut: 1})
	r := f.getRun(id)
	f.same("body", len(r.Body), 1100)
	f.same("steps", r.Steps, steps)
}

// packedStepsSucceeded ends a run whose steps did not fail, as action "stop" does.
func packedStepsSucceeded(f *fixture) {
	steps := f.plainSteps(3)
	c := f.acceptClaimed()
	f.ok(f.s.Finish(f.ctx, c, &store.Ending{State: store.Failed, Steps: steps, Cause: store.Cause{Reason: "stopped"}}))
	e := f.newEntry(store.Failed)
	e.Steps = steps
	f.ok(f.s.Record(f.ctx, e))
	f.ok(f.s.Close())
	f.same("packed rows", f.engine.Execute(f.T, f.place, "DELETE FROM steps WHERE state = 'packed'"), int64(0))
	f.reopen()
	f.same("steps of the run", f.getRun(c.ID).Steps, steps)
	f.same("steps of the entry", f.getRun(e.ID).Steps, steps)
}

// packedStepsUnreadable cuts a packed row.
func packedStepsUnreadable(f *fixture) {
	steps := f.plainSteps(3)
	steps[1].Output = []byte(`{"to":"` + ann + `"}`)
	damaged := f.finishWith(steps)
	f.ok(f.s.Close())
	f.same("damaged rows", f.engine.Execute(f.T, f.place, "UPDATE steps SET output = substr(output, 1, length(output) - 1) WHERE state = 'packed'"), int64(1))
	f.reopen()
	whole := f.finishWith(f.plainSteps(3))
	f.deleteContact(ann)
	f.same("erased", f.eraseAll(store.EraseQuery{}), store.Erased{Runs: 1})
	r := f.getRun(damaged)
	f.same("steps", len(r.Steps), 1)
	f.same("rest of the address", bytes.Contains(r.Steps[0].Output, []byte("ann")), false)
	f.is(f.s.Requeue(f.ctx, damaged, store.RequeueOptions{From: steps[1].Path}), store.ErrState)
	succeeded := store.ListQuery{Limit: 10, Filter: store.Filter{States: []store.State{store.Succeeded}}}
	done, err := f.s.RequeueAll(f.ctx, succeeded, store.RequeueOptions{From: steps[1].Path})
	f.ok(err)
	f.same("changed", done.N, 1)
	f.same("the other one", f.claimOne().ID, whole)
	f.ok(f.s.Requeue(f.ctx, damaged, store.RequeueOptions{FromStart: true}))
	f.ok(f.s.Finish(f.ctx, f.claimOne().Claim, &store.Ending{State: store.Succeeded, Steps: steps}))
	f.same("steps of the second time", f.getRun(damaged).Steps, steps)
}
