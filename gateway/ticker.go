package gateway

import (
	"context"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

const (
	// onTime is how late a tick may be that is not missed: as long as a gateway
	// takes to be replaced by another.
	onTime = time.Minute
	// longestNap bounds how long a clock that was set is not noticed.
	longestNap = 20 * time.Second
	// tickKnown is how long a tick makes no second run.
	tickKnown = 40 * 24 * time.Hour
)

// ticker starts the flows of schedules. Every gateway on a store does it, and
// the key of a tick decides which of them makes the run.
type ticker struct {
	g       *Gateway
	changed chan struct{} // other schedules may serve

	// looked is until when the ticks of flows were looked at, by name. Only the
	// loop uses it.
	looked map[string]time.Time
	// waits are the ticks that came in time and could not be kept, by flow.
	waits map[string]time.Time
	first time.Time // when the loop began
}

func newTicker(g *Gateway) *ticker {
	return &ticker{g: g, changed: make(chan struct{}, 1), looked: map[string]time.Time{}, waits: map[string]time.Time{}}
}

// wake has the loop look at the schedules that serve now.
func (t *ticker) wake() {
	select {
	case t.changed <- struct{}{}:
	default: // it will
	}
}

func (t *ticker) loop(ctx context.Context) {
	t.first = time.Now()
	for ctx.Err() == nil {
		nap := t.tick(ctx, time.Now())
		timer := time.NewTimer(nap)
		select {
		case <-ctx.Done():
		case <-t.changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// tick starts what is due and returns how long it is until the next tick.
func (t *ticker) tick(ctx context.Context, now time.Time) time.Duration {
	snap := t.g.acquire()
	if snap == nil {
		return longestNap
	}
	defer snap.release()
	nap, serve := longestNap, map[string]bool{}
	for _, f := range snap.config.Flows {
		timed, ok := f.Trigger.(flow.Timed)
		if !ok || !f.Enabled {
			continue
		}
		serve[f.Name] = true
		if !t.look(ctx, snap.byName[f.Name], timed, now) {
			nap = min(nap, storePause)
		}
		if next := timed.Next(now); !next.IsZero() {
			nap = min(nap, time.Until(next))
		}
	}
	for name := range t.looked {
		if !serve[name] {
			delete(t.looked, name) // it begins anew when it is back
			delete(t.waits, name)
		}
	}
	return max(nap, time.Millisecond)
}

// look starts the flow where it has ticked since it was looked at. It returns
// false where that has to be tried again.
func (t *ticker) look(ctx context.Context, e *endpoint, timed flow.Timed, now time.Time) bool {
	since, known := t.looked[e.flow.Name]
	if !known {
		var err error
		if since, err = t.since(ctx, e, timed, now); err != nil {
			t.g.log.Sampled.Warn("a schedule can't be looked at", zap.String("flow", e.flow.Name), zap.Error(err))
			return false
		}
	}
	at := lastTick(timed, since, now)
	late := now.Sub(at)
	switch {
	case at.IsZero():
	case late > onTime && !timed.CatchUp() && !at.Equal(t.waits[e.flow.Name]):
		t.g.log.Warn("a tick was missed", zap.String("flow", e.flow.Name), zap.Time("tick", at), zap.Duration("late", late))
	default:
		once := &store.Dedupe{Key: "tick:" + strconv.FormatInt(at.Unix(), 10), TTL: tickKnown}
		if _, _, err := t.g.start(ctx, e, timed.Tick(at), once); err != nil {
			t.g.log.Sampled.Warn("a tick has to wait", zap.String("flow", e.flow.Name), zap.Time("tick", at), zap.Error(err))
			t.looked[e.flow.Name], t.waits[e.flow.Name] = since, at
			return false
		}
	}
	t.looked[e.flow.Name] = now
	delete(t.waits, e.flow.Name)
	return true
}

// since is from when a schedule is looked at that was not known before: from
// its last run where missed ticks count, from shortly before the start of the
// gateway, which may have replaced another one, and from now where it has been
// added since.
func (t *ticker) since(ctx context.Context, e *endpoint, timed flow.Timed, now time.Time) (time.Time, error) {
	since := now
	if now.Sub(t.first) < onTime {
		since = t.first.Add(-onTime)
	}
	if !timed.CatchUp() {
		return since, nil
	}
	last, err := t.lastRun(ctx, e)
	if err != nil || last.IsZero() {
		return since, err
	}
	return last, nil
}

// lastRun is the tick of the flow's last run, zero where none is on record.
func (t *ticker) lastRun(ctx context.Context, e *endpoint) (time.Time, error) {
	s := t.g.opts.Store
	page, err := s.List(ctx, store.ListQuery{Filter: store.Filter{Flows: []string{e.flow.Name}}, Limit: 1})
	if err != nil || len(page.Runs) == 0 {
		return time.Time{}, err
	}
	run, err := s.Get(ctx, page.Runs[0].ID)
	if err != nil {
		return time.Time{}, err
	}
	ev, err := t.g.decode(e, &run.Payload, flow.Limits{})
	if ticked, ok := ev.(flow.Ticked); ok && err == nil {
		return ticked.At(), nil
	}
	return run.Received, nil // it had another trigger then
}

// lastTick is the last tick after one moment and not after another; zero for
// none. It looks at short times first, as a schedule may tick each minute.
func lastTick(timed flow.Timed, after, until time.Time) time.Time {
	for _, back := range []time.Duration{time.Hour, 26 * time.Hour, 32 * 24 * time.Hour, until.Sub(after)} {
		from := until.Add(-back)
		if !from.After(after) {
			from = after
		}
		var last time.Time
		for at := timed.Next(from); !at.IsZero() && !at.After(until); at = timed.Next(at) {
			last = at
		}
		if !last.IsZero() || from.Equal(after) {
			return last
		}
	}
	return time.Time{}
}
