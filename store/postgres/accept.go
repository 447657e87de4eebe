package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/packedsteps"
)

// Accept stores a run to be executed.
func (s *Store) Accept(ctx context.Context, sub *store.Submission) (store.Accepted, error) {
	id, err := sub.Validate()
	if err != nil {
		return store.Accepted{}, err
	}
	a := &acceptance{sub: sub, id: id, okey: s.options.KeyHash.OrderKey(sub.OrderKey)}
	if d := sub.Dedupe; d != nil {
		a.dedupe = s.hashName(store.Key{Scope: store.DedupeScope(sub.Flow), Name: d.Key, Run: sub.ID, Value: sub.Response})
	}
	err = s.acceptBatcher.Do(ctx, a)
	if a.out.Duplicate != nil {
		a.out.Duplicate.Name = sub.Dedupe.Key
	}
	return a.out, err
}

// acceptance is a submission that is being accepted.
type acceptance struct {
	sub        *store.Submission
	id         store.ID
	okey       string    // as the table stores it
	dedupe     store.Key // the same
	keyRequest *keyRequest
	out        store.Accepted

	state store.State
	due   time.Time
	ended *store.Ending // of a run that is stored as over
}

func (a *acceptance) size() int {
	n := runBytes + a.sub.TotalSize() + stepsSize(a.sub.Steps)
	if c := a.sub.Claim; c != nil && c.Ended != nil {
		n += stepsSize(c.Ended.Steps)
	}
	return n
}

func (a *acceptance) prepare(b *acceptBatch) {
	a.out = store.Accepted{}
	f := b.counts.of(a.sub.Flow)
	f.needRunning = f.needRunning || (a.sub.Claim != nil && a.sub.Claim.Max > 0) || a.sub.Queue.MaxOpen > 0
	if q := a.sub.Queue; q.DropOldest && q.Max > 0 {
		if f.maxDrops == 0 || q.Max < f.minLimit {
			f.minLimit = q.Max
		}
		f.maxDrops++
	}
	if a.okey != "" {
		b.orderKeysTaken[flowOrderKey{a.sub.Flow, a.okey}] = false // unless the query finds a run
	}
	if d := a.sub.Dedupe; d != nil {
		a.keyRequest = b.keyRequests.addKey(a.dedupe, d.TTL)
	}
}

func (a *acceptance) apply(b *acceptBatch) error {
	if a.keyRequest != nil {
		if existing, taken := a.keyRequest.existingKey(); taken {
			a.out.Duplicate = &existing
			return nil
		}
	}
	if b.runs.ids[a.id] {
		return fmt.Errorf("%w: %s", store.ErrExists, a.sub.ID)
	}
	f := b.counts[a.sub.Flow]
	if open := f.open(); a.sub.Queue.MaxOpen > 0 && open >= a.sub.Queue.MaxOpen {
		a.skip(b, open)
		return nil
	}
	a.chooseState(b, f)
	if err := a.enforceQueueLimit(b, f); err != nil {
		return err
	}
	a.assignDedupeKey()
	a.writeRun(b, f)
	return nil
}

// assignDedupeKey makes the run the first with its dedupe key.
func (a *acceptance) assignDedupeKey() {
	if a.keyRequest != nil {
		a.keyRequest.assign(store.Key{Run: a.sub.ID, Value: a.sub.Response}, a.sub.Dedupe.TTL)
	}
}

// skip records the submission while runs of its flow are open.
func (a *acceptance) skip(b *acceptBatch, open int) {
	a.out.Skipped = true
	a.assignDedupeKey()
	b.runs.addRun(newRun{
		id: a.id, flow: a.sub.Flow, version: a.sub.Version, state: store.Throttled, attempt: 1, cause: store.SkipCause(open),
		payload: &a.sub.Payload, size: len(a.sub.Body),
	})
}

// chooseState decides in which state the run begins.
func (a *acceptance) chooseState(b *acceptBatch, f *flowCounts) {
	a.state, a.due, a.ended = store.Queued, time.Time{}, nil
	if a.sub.Delay > 0 {
		a.state, a.due = store.Waiting, b.now.Add(a.sub.Delay)
	}
	if a.okey != "" && b.orderKeysTaken[flowOrderKey{a.sub.Flow, a.okey}] {
		a.state = blocked
	}
	if h := a.sub.Claim; h != nil {
		free := a.state == store.Queued && f.ready == 0 && (h.Max <= 0 || f.running < h.Max)
		if h.Started || free {
			a.state, a.due = store.Running, time.Time{}
		}
		if free && h.Ended != nil {
			a.state, a.ended = h.Ended.State, h.Ended
		}
	}
}

// enforceQueueLimit makes room in a full queue, or refuses the run.
func (a *acceptance) enforceQueueLimit(b *acceptBatch, f *flowCounts) error {
	q := a.sub.Queue
	if q.Max <= 0 || a.sub.IsStarted() || f.queued() < q.Max {
		return nil
	}
	if !q.DropOldest || len(f.unclaimed) == 0 {
		return fmt.Errorf("%w: flow %q has %d runs queued or waiting", store.ErrFull, a.sub.Flow, f.queued())
	}
	v := f.unclaimed[0]
	f.unclaimed = f.unclaimed[1:]
	f.add(v.state, -1)
	a.out.Dropped = v.id.String()
	b.droppedRuns = append(b.droppedRuns, v.id)
	return nil
}

// writeRun adds the rows of the run to the batch, and claims it for the caller
// if it begins as running.
func (a *acceptance) writeRun(b *acceptBatch, f *flowCounts) {
	run := newRun{
		id: a.id, flow: a.sub.Flow, version: a.sub.Version, state: a.state, attempt: 1, status: a.sub.Status,
		due: a.due, okey: nullBlob([]byte(a.okey)), payload: &a.sub.Payload, size: len(a.sub.Body), steps: a.sub.Steps, fromFailure: a.sub.FromFailure,
	}
	if id, err := store.ParseID(a.sub.Parent); err == nil {
		run.parent = (*[16]byte)(&id)
	}
	if a.state == store.Running {
		h := a.sub.Claim
		run.fence, run.owner, run.started, run.lease = 1, store.CleanText(h.Owner), b.now, b.now.Add(h.Lease)
		a.out.Claim = &store.Claim{ID: a.sub.ID, Ref: claimRef(a.id, a.okey != ""), Fence: 1}
	}
	if a.ended != nil {
		a.endRun(&run, b.now)
		b.runs.addRun(run)
		return
	}
	b.runs.addRun(run)
	f.add(a.state, 1)
	if a.okey != "" {
		b.orderKeysTaken[flowOrderKey{a.sub.Flow, a.okey}] = true
	}
	switch a.state {
	case store.Queued, blocked:
		f.unclaimed = append(f.unclaimed, unclaimedRun{a.id, a.state})
		b.publish = true
	case store.Waiting:
		b.signalReady = true
	default:
	}
}

// endRun makes the run one that is over already.
func (a *acceptance) endRun(run *newRun, now time.Time) {
	a.out.Ended = true
	payload, status := a.sub.Finished(a.ended)
	run.payload, run.status = &payload, status
	run.fence, run.started, run.finished = 1, now.Add(-a.sub.Claim.Took), now
	run.steps = packedsteps.Pack(a.ended.State, append(slices.Clone(a.sub.Steps), a.ended.Steps...))
}
