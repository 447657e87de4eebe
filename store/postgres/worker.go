package postgres

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/packedsteps"
)

// workerOp is an operation of a worker on its claimed runs: a heartbeat, a
// checkpoint, an ending, or a requeue.
type workerOp interface {
	sized
	// addTo adds the operation to a batch.
	addTo(*workerBatch)
	// ends returns the claims that the operation ends.
	ends() []store.Claim
	// resultOf returns the result of the operation after the batch was written.
	resultOf(*workerBatch) error
}

// Heartbeat extends leases.
func (s *Store) Heartbeat(ctx context.Context, d time.Duration, claims ...store.Claim) ([]store.Claim, error) {
	if len(claims) == 0 {
		return nil, ctx.Err()
	}
	h := &heartbeatOp{lease: d, claims: claims}
	err := s.workerBatcher.Do(ctx, h)
	return h.lost, err
}

type heartbeatOp struct {
	lease  time.Duration
	claims []store.Claim
	lost   []store.Claim
}

func (h *heartbeatOp) size() int           { return 64 * len(h.claims) }
func (h *heartbeatOp) ends() []store.Claim { return nil }

func (h *heartbeatOp) addTo(b *workerBatch) {
	for _, c := range h.claims {
		b.extensions = append(b.extensions, leaseExtension{claimKeyOf(c), h.lease})
	}
}

func (h *heartbeatOp) resultOf(b *workerBatch) error {
	h.lost = nil
	for _, c := range h.claims {
		if !b.extended[claimKeyOf(c)] {
			h.lost = append(h.lost, c)
		}
	}
	return nil
}

// Checkpoint stores steps of a claimed run.
func (s *Store) Checkpoint(ctx context.Context, c store.Claim, steps ...store.Step) error {
	return s.workerBatcher.Do(ctx, &checkpointOp{claim: c, steps: steps})
}

type checkpointOp struct {
	claim store.Claim
	steps []store.Step
}

func (c *checkpointOp) size() int            { return stepsSize(c.steps) }
func (c *checkpointOp) ends() []store.Claim  { return nil }
func (c *checkpointOp) addTo(b *workerBatch) { b.addCheckpoint(claimKeyOf(c.claim), c.steps) }

func (c *checkpointOp) resultOf(b *workerBatch) error {
	if !b.checkpointed[claimKeyOf(c.claim)] {
		return store.LostClaim(c.claim)
	}
	return nil
}

// Finish ends a claimed run.
func (s *Store) Finish(ctx context.Context, c store.Claim, e *store.Ending) error {
	if err := e.Validate(); err != nil {
		return err
	}
	packed := *e
	packed.Steps = packedsteps.Pack(e.State, e.Steps)
	return s.workerBatcher.Do(ctx, &finishOp{claim: c, Ending: &packed})
}

type finishOp struct {
	claim store.Claim
	*store.Ending
}

func (f *finishOp) size() int {
	return stepBytes + len(f.Response) + len(f.Output) + stepsSize(f.Steps)
}
func (f *finishOp) ends() []store.Claim { return []store.Claim{f.claim} }

func (f *finishOp) addTo(b *workerBatch) {
	b.endings = append(b.endings, ending{key: claimKeyOf(f.claim), Ending: f.Ending})
	b.lockFlows = b.lockFlows || hasOrderKey(f.claim)
}

func (f *finishOp) resultOf(b *workerBatch) error {
	if !b.ended[claimKeyOf(f.claim)] {
		return store.LostClaim(f.claim)
	}
	return nil
}

// Retry puts a claimed run back for another attempt.
func (s *Store) Retry(ctx context.Context, c store.Claim, r store.Requeue) error {
	return s.workerBatcher.Do(ctx, &requeueOp{claims: []store.Claim{c}, Requeue: r, attempts: 1})
}

// Suspend puts a claimed run back for a time.
func (s *Store) Suspend(ctx context.Context, c store.Claim, r store.Requeue) error {
	return s.workerBatcher.Do(ctx, &requeueOp{claims: []store.Claim{c}, Requeue: r})
}

// Release puts claimed runs back as if they had not been claimed.
func (s *Store) Release(ctx context.Context, claims ...store.Claim) error {
	if len(claims) == 0 {
		return ctx.Err()
	}
	return s.workerBatcher.Do(ctx, &requeueOp{claims: claims, skipLost: true})
}

// requeueOp queues claimed runs, or makes them wait.
type requeueOp struct {
	claims []store.Claim
	store.Requeue
	attempts int  // that the requeue counts
	skipLost bool // lost claims are no error
}

func (r *requeueOp) size() int           { return stepBytes*len(r.claims) + stepsSize(r.Steps) }
func (r *requeueOp) ends() []store.Claim { return r.claims }

func (r *requeueOp) addTo(b *workerBatch) {
	for _, c := range r.claims {
		b.requeues = append(b.requeues, requeue{key: claimKeyOf(c), Requeue: r.Requeue, attempts: r.attempts})
	}
	b.lockFlows = true
}

func (r *requeueOp) resultOf(b *workerBatch) error {
	if r.skipLost {
		return nil
	}
	for _, c := range r.claims {
		if !b.requeued[claimKeyOf(c)] {
			return store.LostClaim(c)
		}
	}
	return nil
}

// claimKey identifies a claim in the tables.
type claimKey struct {
	id    store.ID
	fence int64
}

// claimKeyOf returns the key of a claim. A claim that no store returned has the
// zero key, which matches no run.
func claimKeyOf(c store.Claim) claimKey {
	id, err := store.ParseID(c.ID)
	if err != nil || c.Ref != claimRef(id, hasOrderKey(c)) {
		return claimKey{}
	}
	return claimKey{id, c.Fence}
}

// claimRef returns the Ref of a claim: bits of the id, which reveal an invented
// claim, and whether the run has an order key. If it has, ending the run may
// unblock another.
func claimRef(id store.ID, ordered bool) int64 {
	ref := int64(binary.BigEndian.Uint64(id[8:])>>1) &^ 1 //nolint:gosec // 63 bits
	if ordered {
		ref |= 1
	}
	return ref
}

func hasOrderKey(c store.Claim) bool { return c.Ref&1 != 0 }
