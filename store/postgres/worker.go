package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// holding is what a holder does with its runs: a heartbeat, a checkpoint, an
// end, or putting them back.
type holding interface {
	item
	// gather adds it to the batch.
	gather(*held)
	// outcome is what became of it, after the batch was written.
	outcome(*held) error
}

func lost(c store.Claim) error { return fmt.Errorf("%w: run %s", store.ErrLost, c.ID) }

// Heartbeat makes leases last longer.
func (s *Store) Heartbeat(ctx context.Context, d time.Duration, claims ...store.Claim) ([]store.Claim, error) {
	if len(claims) == 0 {
		return nil, ctx.Err()
	}
	h := &heartbeat{lease: d, claims: claims}
	err := s.holders.Do(ctx, h)
	return h.lost, err
}

type heartbeat struct {
	lease  time.Duration
	claims []store.Claim
	lost   []store.Claim
}

func (h *heartbeat) size() int           { return 64 * len(h.claims) }
func (h *heartbeat) ends() []store.Claim { return nil }

func (h *heartbeat) gather(b *held) {
	for _, c := range h.claims {
		b.beats = append(b.beats, beat{keyOf(c), h.lease})
	}
}

func (h *heartbeat) outcome(b *held) error {
	h.lost = nil
	for _, c := range h.claims {
		if !b.beaten[keyOf(c)] {
			h.lost = append(h.lost, c)
		}
	}
	return nil
}

// Checkpoint keeps steps of a claimed run.
func (s *Store) Checkpoint(ctx context.Context, c store.Claim, steps ...store.Step) error {
	return s.holders.Do(ctx, &checkpoint{claim: c, steps: steps})
}

type checkpoint struct {
	claim store.Claim
	steps []store.Step
}

func (c *checkpoint) size() int           { return stepsSize(c.steps) }
func (c *checkpoint) ends() []store.Claim { return nil }
func (c *checkpoint) gather(b *held)      { b.touch(keyOf(c.claim), c.steps) }

func (c *checkpoint) outcome(b *held) error {
	if !b.touched[keyOf(c.claim)] {
		return lost(c.claim)
	}
	return nil
}

// Finish ends a claimed run.
func (s *Store) Finish(ctx context.Context, c store.Claim, e *store.Ending) error {
	if err := e.Validate(); err != nil {
		return err
	}
	return s.holders.Do(ctx, &finish{claim: c, Ending: e})
}

type finish struct {
	claim store.Claim
	*store.Ending
}

func (f *finish) size() int {
	return stepBytes + len(f.Response) + len(f.Output) + stepsSize(f.Steps)
}
func (f *finish) ends() []store.Claim { return []store.Claim{f.claim} }

func (f *finish) gather(b *held) {
	b.endings = append(b.endings, ending{key: keyOf(f.claim), Ending: f.Ending})
	b.locks = b.locks || ordered(f.claim)
}

func (f *finish) outcome(b *held) error {
	if !b.ended[keyOf(f.claim)] {
		return lost(f.claim)
	}
	return nil
}

// Retry puts a claimed run back for another attempt.
func (s *Store) Retry(ctx context.Context, c store.Claim, l store.Requeue) error {
	return s.holders.Do(ctx, &putBack{claims: []store.Claim{c}, Requeue: l, attempts: 1})
}

// Park puts a claimed run aside for a time.
func (s *Store) Suspend(ctx context.Context, c store.Claim, l store.Requeue) error {
	return s.holders.Do(ctx, &putBack{claims: []store.Claim{c}, Requeue: l})
}

// Release puts claimed runs back as if they had not been claimed.
func (s *Store) Release(ctx context.Context, claims ...store.Claim) error {
	if len(claims) == 0 {
		return ctx.Err()
	}
	return s.holders.Do(ctx, &putBack{claims: claims, whole: true})
}

// putBack makes claimed runs wait, or queues them.
type putBack struct {
	claims []store.Claim
	store.Requeue
	attempts int  // that it costs
	whole    bool // those that are lost are left out
}

func (p *putBack) size() int           { return stepBytes*len(p.claims) + stepsSize(p.Steps) }
func (p *putBack) ends() []store.Claim { return p.claims }

func (p *putBack) gather(b *held) {
	for _, c := range p.claims {
		b.laters = append(b.laters, later{key: keyOf(c), Requeue: p.Requeue, attempts: p.attempts})
	}
	b.locks = b.locks || p.Delay <= 0
}

func (p *putBack) outcome(b *held) error {
	if p.whole {
		return nil
	}
	for _, c := range p.claims {
		if !b.back[keyOf(c)] {
			return lost(c)
		}
	}
	return nil
}

func stepsSize(steps []store.Step) int {
	n := 0
	for i := range steps {
		n += stepSize(&steps[i])
	}
	return n
}

// claimKey is a claim as the tables know it.
type claimKey struct {
	id    store.ID
	fence int64
}

// keyOf reads a claim. One that no store gave out has no run.
func keyOf(c store.Claim) claimKey {
	id, err := store.ParseID(c.ID)
	if err != nil || c.Ref != refOf(id, ordered(c)) {
		return claimKey{}
	}
	return claimKey{id, c.Fence}
}

// refOf makes the Ref of a claim: something of the id, by which a claim that was
// made up is recognised, and whether the run has an order key. Then its end is
// the turn of another.
func refOf(id store.ID, ordered bool) int64 {
	ref := int64(binary.BigEndian.Uint64(id[8:])>>1) &^ 1 //nolint:gosec // 63 bits
	if ordered {
		ref |= 1
	}
	return ref
}

func ordered(c store.Claim) bool { return c.Ref&1 != 0 }
