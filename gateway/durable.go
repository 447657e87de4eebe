package gateway

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/webhook-gateway/gateway/gateway/failures"
	"github.com/webhook-gateway/gateway/gateway/handshake"
	"github.com/webhook-gateway/gateway/gateway/history"
	"github.com/webhook-gateway/gateway/gateway/keyring"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/schedule"
	"github.com/webhook-gateway/gateway/gateway/services"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/gateway/worker"
)

// durableParts are the parts of a gateway that work on its store.
type durableParts struct {
	wakeup      *run.Signal // of the claim loop
	services    *services.Services
	pool        *worker.Pool
	housekeeper *worker.Housekeeper
	recorder    *history.Recorder
	ticker      *schedule.Ticker
	failures    *failures.Watcher
	eraser      *history.Eraser
	queues      *telemetry.Queues
	trendPause  time.Duration // between two looks at the queues
	missing     *missingFlows
	adopter     *adopter
	keyring     *keyring.Keyring
	handshakes  *handshake.Keeper
	pauses      *pauseWatch

	executing    context.Context // ends after a stop, when the last run has ended
	endExecuting context.CancelFunc
}

func newDurableParts(g *Gateway, env run.Env, wakeup *run.Signal) *durableParts {
	o, d := g.opts, &durableParts{wakeup: wakeup}
	d.pauses = &pauseWatch{store: o.Store, clock: o.Clock, log: g.log, pauses: env.Pauses, every: env.Pause(pausesPause), wakeup: wakeup}
	d.pauses.look(g.life)
	d.services = services.New(services.Options{Env: env, Store: o.Store, Snapshots: &g.current, Wakeup: d.wakeup})
	d.recorder = history.NewRecorder(o.Store, o.Clock, g.log)
	d.keyring = keyring.New(keyring.Options{Store: o.Store, Clock: o.Clock, Log: g.log, Idle: o.Idle})
	d.handshakes = handshake.New(handshake.Options{Store: o.Store, Sealer: env.Sealer, Clock: o.Clock, Log: g.log})
	d.eraser = &history.Eraser{Store: o.Store, Sealer: env.Sealer}
	options := worker.Options{
		Env: env, Store: o.Store, Slots: g.slots, Snapshots: &g.current,
		Services: d.services, Wakeup: d.wakeup, Lease: o.Lease, Life: g.life,
	}
	d.pool, d.housekeeper = worker.NewPool(options), worker.NewHousekeeper(options, d.eraser)
	d.ticker = schedule.New(schedule.Options{
		Env: env, Store: o.Store, Snapshots: &g.current, Services: d.services,
	})
	d.failures = failures.New(failures.Options{Env: env, Store: o.Store, Snapshots: &g.current, Services: d.services})
	d.adopter = &adopter{store: o.Store, snapshots: &g.current, clock: o.Clock, log: g.log, wakeup: wakeup, pause: env.Pause(adoptPause)}
	known := func() []string { return queuedFlows(&g.current) }
	d.missing = &missingFlows{store: o.Store, snapshots: &g.current, edits: edits{store: o.Store, log: g.log}, known: known, log: g.log, changed: run.NewSignal()}
	d.queues, d.trendPause = telemetry.NewQueues(g.life, o.Store, o.Clock), env.Pause(telemetry.TrendPause)
	g.metrics.RegisterQueues(d.queues, g.log)
	g.metrics.RegisterStoreSize(g.life, o.Store, o.Clock, g.log)
	g.metrics.RegisterPauses(env.Pauses.IsPaused, known)
	g.metrics.RegisterFailures(func(each func(flow string, open, started int)) {
		for name, w := range d.failures.Windows() {
			each(name, w.Open, w.Started)
		}
	})
	g.metrics.RegisterHistory(d.recorder.Dropped, d.recorder.SummaryOnly)
	d.executing, d.endExecuting = context.WithCancel(context.Background())
	return d
}

// start starts the loops. Leases are extended until the last run has ended, and
// the history is written until nothing can be added to it.
func (d *durableParts) start(ctx context.Context, group *errgroup.Group) {
	for _, l := range []struct {
		ctx context.Context
		run func(context.Context)
	}{
		{ctx, d.pool.ClaimLoop},
		{ctx, d.housekeeper.Sweep},
		{ctx, d.housekeeper.Purge},
		{ctx, d.housekeeper.EraseDeleted},
		{ctx, d.ticker.Run},
		{ctx, d.failures.Run},
		{ctx, d.missing.Run},
		{ctx, d.adopter.Run},
		{ctx, d.pauses.Run},
		{ctx, func(ctx context.Context) { d.queues.Watch(ctx, d.trendPause) }},
		{d.executing, d.pool.KeepLeases},
		{d.executing, d.recorder.Run},
		{d.executing, d.keyring.StoreUses},
	} {
		group.Go(func() error { l.run(l.ctx); return nil })
	}
}

// queueOnly makes new runs wait in the queue for another gateway.
func (d *durableParts) queueOnly() {
	if d != nil {
		d.pool.QueueOnly()
	}
}

// stop waits for runs within the time, then requeues them.
func (d *durableParts) stop(within time.Duration) {
	if d != nil {
		d.pool.Stop(within)
	}
}

// end ends the loops that outlast the runs.
func (d *durableParts) end() {
	if d != nil {
		d.endExecuting()
	}
}

// keepFlows drops what is in memory of flows that no longer serve.
func (d *durableParts) keepFlows(serves func(flow string) bool) {
	if d != nil {
		d.handshakes.KeepFlows(serves)
	}
}

// reloaded makes the loops read the flows of the snapshot that serves now.
func (d *durableParts) reloaded() {
	if d != nil {
		d.adopter.adoptNow(d.executing)
		d.ticker.Reload()
		d.missing.changed.Send()
	}
}

// queuedFlows returns the names of the flows that serve and can have runs in the
// queue.
func queuedFlows(snapshots *snapshot.Holder) []string {
	s := snapshots.Acquire()
	if s == nil {
		return nil
	}
	defer s.Release()
	names := make([]string, 0, len(s.FlowLimits))
	for _, f := range s.FlowLimits {
		names = append(names, f.Flow)
	}
	return names
}
