package storetest

import (
	"cmp"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

func versionTests() []test {
	return []test{
		{"keep the version of a run and of its steps", versionsKept},
		{"list completed steps of runs that are not over", versionsCompleted},
	}
}

func versionsKept(f *fixture) {
	queued := f.accept()
	f.same("version", f.getRun(queued).Version, "v1")
	f.same("version with an order key", f.getRun(f.accept(withOrderKey("k"))).Version, "v1")
	older := f.accept(func(s *store.Submission) { s.Version = "" })
	f.same("no version", f.getRun(older).Version, "")
	c := f.acceptClaimed()
	a, b := f.newStep("a"), f.newStep("b")
	b.Version = ""
	f.ok(f.s.Checkpoint(f.ctx, c, a, b))
	a.Version, b.Version = "v2", "v2"
	b.State, b.Cause = flow.Failed, store.Cause{Message: "bad"}
	f.ok(f.s.Retry(f.ctx, c, store.Requeue{Steps: []store.Step{b}}))
	r := f.getRun(c.ID)
	f.same("version of the run", r.Version, "v1")
	f.same("versions of the steps", []string{r.Steps[0].Version, r.Steps[1].Version}, []string{"v1", "v2"})
}

func versionsCompleted(f *fixture) {
	waits, other, running := f.acceptClaimed(), f.acceptClaimed(ofFlow("other")), f.acceptClaimed()
	over, queued := f.acceptClaimed(), f.acceptClaimed()
	failed := f.newStep("failed")
	failed.State = store.StepRetry
	for _, c := range []store.Claim{waits, other, running, over, queued} {
		f.ok(f.s.Checkpoint(f.ctx, c, f.newStep("a"), f.newStep("loop/1/b"), failed))
	}
	f.ok(f.s.Suspend(f.ctx, waits, store.Requeue{Delay: time.Hour}))
	f.ok(f.s.Suspend(f.ctx, other, store.Requeue{Delay: time.Hour}))
	f.ok(f.s.Release(f.ctx, queued))
	f.finishRun(over, store.Succeeded)
	got, err := f.s.CompletedSteps(f.ctx, "orders", 100)
	f.ok(err)
	slices.SortFunc(got, func(a, b store.CompletedStep) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Path, b.Path))
	})
	var want []store.CompletedStep
	waiting := []string{waits.ID, queued.ID}
	slices.Sort(waiting)
	for _, id := range waiting {
		want = append(want, store.CompletedStep{Run: id, Path: "a", Kind: "http", Version: "v1"}, store.CompletedStep{Run: id, Path: "loop/1/b", Kind: "http", Version: "v1"})
	}
	f.same("completed steps", got, want)
	got, err = f.s.CompletedSteps(f.ctx, "orders", 3)
	f.ok(err)
	f.same("number of the first steps", len(got), 3)
}
