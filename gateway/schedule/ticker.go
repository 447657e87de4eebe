// Package schedule starts the flows of schedules when they are due. Each gateway
// on a store does so; the dedupe key of a tick makes sure that the tick starts
// one run.
package schedule

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/services"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/store"
)

const (
	// maxDelay is how late a tick may be without being missed: as long as it
	// takes to replace a gateway.
	maxDelay = time.Minute
	// maxSleep bounds the time until the ticker notices that the clock was set.
	maxSleep = 20 * time.Second
	// retrySleep is the pause after an error of the store.
	retrySleep = time.Second
	// dedupeTime is how long a tick does not start a second run.
	dedupeTime = 40 * 24 * time.Hour
)

// Options are the parts of the process that a ticker works with.
type Options struct {
	run.Env
	Store     store.Keys
	Snapshots interface{ Acquire() *snapshot.Snapshot }
	Services  *services.Services
}

// Ticker starts the flows of schedules. Every gateway on a store does it, and
// the dedupe key of a tick decides which gateway's run is stored.
type Ticker struct {
	Options
	changed *run.Signal // other schedules may serve
	began   time.Time   // when Run began

	checked  map[string]time.Time // up to when the ticks of a flow are handled, by flow
	deferred map[string]time.Time // ticks that were on time and could not be stored, by flow
}

// New returns a ticker that starts nothing before Run is called.
func New(o Options) *Ticker {
	return &Ticker{Options: o, changed: run.NewSignal(), checked: map[string]time.Time{}, deferred: map[string]time.Time{}}
}

// Reload makes the ticker read the schedules that serve now.
func (t *Ticker) Reload() { t.changed.Send() }

// Run starts flows as they are due, until the context ends.
func (t *Ticker) Run(ctx context.Context) {
	t.began = t.Clock.Now()
	for ctx.Err() == nil {
		timer := t.Clock.NewTimer(t.startDue(ctx, t.Clock.Now()))
		select {
		case <-ctx.Done():
		case <-t.changed.C():
		case <-timer.C():
		}
		timer.Stop()
	}
}

// startDue starts the flows that are due, and returns how long to sleep.
func (t *Ticker) startDue(ctx context.Context, now time.Time) time.Duration {
	snap := t.Snapshots.Acquire()
	if snap == nil {
		return t.Pause(maxSleep)
	}
	defer snap.Release()
	sleep, serving := t.Pause(maxSleep), map[string]bool{}
	for _, f := range snap.Config.Flows {
		timed := f.Parts.Clock
		if timed == nil || !f.Enabled {
			continue
		}
		serving[f.Name] = true
		if !t.startFlow(ctx, snap.Endpoints[f.Name], timed, now) {
			sleep = min(sleep, retrySleep)
		}
		if next := timed.Next(now); !next.IsZero() {
			sleep = min(sleep, clock.Until(t.Clock, next))
		}
	}
	for name := range t.checked {
		if !serving[name] {
			delete(t.checked, name) // a flow that comes back starts anew
			delete(t.deferred, name)
		}
	}
	return max(sleep, time.Millisecond)
}

// startFlow starts a flow if it has ticked since the last call. It returns false
// if the call must be repeated.
func (t *Ticker) startFlow(ctx context.Context, e *snapshot.Endpoint, timed *flow.ClockPart, now time.Time) bool {
	name := e.Flow.Name
	since, known := t.checked[name]
	if !known {
		var err error
		if since, err = t.firstCheck(ctx, e, timed, now); err != nil {
			t.Log.Sampled.Warn("the last tick of a schedule can't be read", zap.String("flow", name), zap.Error(err))
			return false
		}
	}
	tick := lastTick(timed, since, now)
	late := now.Sub(tick)
	switch {
	case tick.IsZero():
	case t.Pauses.IsPaused(name):
		t.Log.Info("a tick was skipped, as the flow is paused", zap.String("flow", name), zap.Time("tick", tick))
		t.storeMark(ctx, name, tick)
	case late > maxDelay && !timed.CatchUp && !tick.Equal(t.deferred[name]):
		t.Log.Warn("a tick was missed", zap.String("flow", name), zap.Time("tick", tick), zap.Duration("late", late))
	default:
		once := &store.Dedupe{Key: "tick:" + strconv.FormatInt(tick.Unix(), 10), TTL: dedupeTime}
		if _, _, err := t.Services.StartFlow(ctx, e, timed.Event(tick), services.Start{Once: once}); err != nil {
			t.Log.Sampled.Warn("a tick waits for the store", zap.String("flow", name), zap.Time("tick", tick), zap.Error(err))
			t.checked[name], t.deferred[name] = since, tick
			return false
		}
		t.storeMark(ctx, name, tick)
	}
	t.checked[name] = now
	delete(t.deferred, name)
	return true
}

// markTime is how long the keys live that hold, for each flow, the last tick that
// started a run. They outlast the history.
const markTime = 100 * 366 * 24 * time.Hour

// firstCheck returns the moment after which the ticks of a new schedule count. For
// a schedule that no gateway on the store has served, this is the start of the
// gateway, or now if the schedule was added later. For another one it is the last
// tick if missed ticks are caught up, otherwise shortly before the start of the
// gateway, which may have replaced another.
func (t *Ticker) firstCheck(ctx context.Context, e *snapshot.Endpoint, timed *flow.ClockPart, now time.Time) (time.Time, error) {
	starting := now.Sub(t.began) < maxDelay
	since := now
	if starting {
		since = t.began
	}
	mark, isNew, err := t.Store.PutKey(ctx, newMark(e.Flow.Name, since), markTime)
	switch {
	case err != nil || isNew:
		return since, err
	case !timed.CatchUp && starting:
		return since.Add(-maxDelay), nil
	case !timed.CatchUp:
		return since, nil
	}
	last, err := strconv.ParseInt(string(mark.Value), 10, 64)
	if err != nil {
		return since, fmt.Errorf("reading the stored tick: %w", err)
	}
	return time.Unix(last, 0), nil
}

// newMark returns the key that says up to when the ticks of a flow are handled.
func newMark(name string, at time.Time) store.Key {
	return store.Key{Scope: store.ScheduleScope, Name: name, Run: store.ScheduleScope, Value: strconv.AppendInt(nil, at.Unix(), 10)}
}

// storeMark stores the last tick. If it fails, the dedupe key of the tick still
// prevents a second run.
func (t *Ticker) storeMark(ctx context.Context, name string, tick time.Time) {
	if err := t.Store.SetKey(ctx, newMark(name, tick)); err != nil {
		t.Log.Sampled.Warn("the time of a tick was not stored", zap.String("flow", name), zap.Time("tick", tick), zap.Error(err))
	}
}

// lastTick returns the last tick after one moment and not after another; zero
// for none. It searches short spans first, as a schedule may tick each minute.
func lastTick(timed *flow.ClockPart, after, until time.Time) time.Time {
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
