package gateway

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const (
	// adoptPause is the time between two adoptions: another gateway may still
	// serve the old files, and running runs are adopted when they wait again.
	adoptPause = 10 * time.Second
	// adoptTimeout bounds the adoption of a reload, which continues without it.
	adoptTimeout = 5 * time.Second
)

// adopter gives the runs and keys of renamed flows to the flows that name them in
// renamed_from.
type adopter struct {
	store     store.Operator
	snapshots *snapshot.Holder
	clock     clock.Clock
	log       *telemetry.Log
	wakeup    *run.Signal // of the claim loop
	pause     time.Duration
}

// Run adopts from time to time, until the context ends.
func (a *adopter) Run(ctx context.Context) {
	for clock.Sleep(ctx, a.clock, a.pause) == nil {
		a.adoptAll(ctx)
	}
}

// adoptNow adopts for a configuration that was put into service, before its
// schedules tick. If the store takes too long, Run adopts later.
func (a *adopter) adoptNow(ctx context.Context) {
	ctx, cancel := clock.WithTimeout(ctx, a.clock, adoptTimeout)
	defer cancel()
	a.adoptAll(ctx)
}

func (a *adopter) adoptAll(ctx context.Context) {
	s := a.snapshots.Acquire()
	if s == nil {
		return
	}
	defer s.Release()
	for _, f := range s.Config.Flows {
		if f.RenamedFrom == "" {
			continue
		}
		n, err := a.adopt(ctx, adoptionOf(f))
		if err != nil {
			a.log.Sampled.Warn("the runs of a renamed flow can't be adopted now", zap.String("flow", f.Name), zap.String("renamed_from", f.RenamedFrom), zap.Error(err))
		}
		if n > 0 {
			a.log.Info("adopted the runs of a renamed flow", zap.String("flow", f.Name), zap.String("renamed_from", f.RenamedFrom), zap.Int("runs", n))
			a.wakeup.Send()
		}
	}
}

// adopt returns how many runs it moved, also if it fails.
func (a *adopter) adopt(ctx context.Context, adoption store.Adoption) (int, error) {
	n := 0
	for {
		got, err := a.store.Adopt(ctx, adoption)
		n += got.Runs
		if err != nil || !got.More {
			return n, err
		}
	}
}

// adoptionOf lists what moves to a flow that was renamed: its runs with their
// order keys, its dedupe keys, its last tick, and the windows of its throttles.
func adoptionOf(f *flow.Flow) store.Adoption {
	from := f.RenamedFrom
	a := store.Adoption{From: from, To: f.Name, Keys: []store.KeyMove{
		{From: store.DedupeScope(from), To: store.DedupeScope(f.Name)},
		{From: store.ScheduleScope, To: store.ScheduleScope, FromName: from, ToName: f.Name},
	}}
	f.Walk(func(s *flow.Step) {
		a.Keys = append(a.Keys, store.KeyMove{From: flow.ThrottleScope(from, s.Name), To: flow.ThrottleScope(f.Name, s.Name)})
	})
	return a
}
