package worker

import (
	"context"
	"slices"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/store"
)

var _ flow.Journal = (*Run)(nil)

// Resume returns the outcome of a step that an earlier attempt of the run
// completed.
func (r *Run) Resume(c *flow.Call) (flow.Resumed, bool) {
	stored, ok := r.earlier[c.Path()]
	if !ok {
		return flow.Resumed{}, false
	}
	out, err, done := r.DecodeStep(c.Step, stored)
	if stored.State == flow.Suspended && done && err == nil {
		r.endWait(stored)
	}
	r.RedactOutput(c.Step, out)
	return flow.Resumed{Output: out, Err: err, Used: r.UsedTimeout(stored)}, done
}

// Started reports whether an earlier attempt ran a step below the prefix.
func (r *Run) Started(prefix string) bool { return r.progress.Has(prefix) }

// Detach does nothing: the caller of an async run has its answer.
func (r *Run) Detach(context.Context, *flow.Response) (bool, error) { return false, nil }

// endWait records that a suspended step has waited long enough.
func (r *Run) endWait(s store.Step) {
	s.State = flow.Succeeded
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.ContainsFunc(r.pending, func(p store.Step) bool { return p.Path == s.Path }) {
		r.appendPending(s)
	}
}

// Before writes the checkpoint that is due, and verifies the lease before an action
// with an effect outside. A pure action runs while the checkpoint is written.
func (r *Run) Before(_ context.Context, c *flow.Call) error {
	switch {
	case r.atOnce.isLate(r):
		return errLate
	case c.Step.IsBrief() && r.pool.Harness == nil:
		return nil // it ends before a checkpoint begins
	case r.Endpoint.IsPure(c.Step.Kind):
		return r.startCheckpoint()
	}
	if err := r.writeCheckpoint(); err != nil {
		return err
	}
	return r.verifyLease()
}

// Done takes the record of a step for the next checkpoint. The record of a step
// that an earlier attempt completed is stored already.
func (r *Run) Done(rec *flow.Record) {
	if stored, ok := r.earlier[rec.Path]; ok && rec.Attempts == 0 && stored.State != store.StepReset {
		if rec.State == flow.Failed && rec.Step.OnError != flow.Continue {
			r.mu.Lock()
			r.failed = append(r.failed, stored)
			r.mu.Unlock()
		}
		return
	}
	r.RedactOutput(rec.Step, rec.Output)
	switch {
	case r.atOnce != nil:
		r.atOnce.take(rec)
	case rec.State != flow.SuspendedInside:
		r.CountStep(rec)
	}
	s := r.EncodeStep(rec)
	r.mu.Lock()
	defer r.mu.Unlock()
	if earlier, ran := r.earlierAttempt(s.Path); ran {
		run.AddEarlier(&s, earlier)
	}
	r.appendPending(s)
	// The step may have failed in an earlier attempt of an action around it.
	r.failed = slices.DeleteFunc(r.failed, func(f store.Step) bool { return f.Path == s.Path })
	if rec.Step.Traits.Volatile {
		r.volatile = len(r.pending)
	}
	interrupted := r.ctx.Err() != nil
	if rec.State == flow.Failed && (rec.Step.OnError != flow.Continue || interrupted) {
		r.failed = append(r.failed, s)
	}
	if rec.State == flow.Failed && interrupted {
		r.interrupted = append(r.interrupted, s)
	}
}

// earlierAttempt returns what the last attempt of a step stored: in this attempt of
// the run, if an action around the step was tried again, or in an earlier one. It is
// called under mu.
func (r *Run) earlierAttempt(path string) (store.Step, bool) {
	if i := slices.IndexFunc(r.failed, func(f store.Step) bool { return f.Path == path }); i >= 0 {
		return r.failed[i], true
	}
	s, ran := r.earlier[path]
	return s, ran
}
