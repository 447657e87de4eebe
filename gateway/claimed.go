package gateway

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// claimed is what a claim gave.
type claimed struct {
	work   []store.Work
	events map[string]flow.Event // that need not be decoded, by run
	asked  time.Time
}

// start begins to work on claimed runs.
func (b *background) start(ctx context.Context, got *claimed, snap *snapshot) {
	b.g.runs.add(len(got.work))
	for i := range got.work {
		c := &got.work[i]
		w := b.newWork(snap, snap.byName[c.Flow], c.ID)
		if w == nil {
			b.g.runs.leave()
			b.release(context.WithoutCancel(ctx), c.Claim)
			continue
		}
		w.claimed(c, got.events[c.ID], got.asked)
		b.do(w)
	}
}
