// Package failures starts the flows with trigger "failure". Runs that fail leave their
// failures in the store; each gateway on it counts them, and the dedupe key of a window
// makes sure that the window starts one run.
package failures

import (
	"context"
	"maps"
	"strconv"
	"sync"
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
	// countPause is the time between two counts of the failures.
	countPause = time.Second
	// dedupeTime is how long a window starts no second run: a gateway that died after
	// it had started the run is replaced within this time.
	dedupeTime = 40 * 24 * time.Hour
)

// Options are the parts of the process that a watcher works with.
type Options struct {
	run.Env
	Store     store.FailureWindows
	Snapshots interface{ Acquire() *snapshot.Snapshot }
	Services  *services.Services
}

// Watcher counts failures, and starts the flows that watch them.
type Watcher struct {
	Options

	mu      sync.Mutex
	windows map[string]Window // of the last count, by flow
}

// Window is what is known of the windows of a flow.
type Window struct {
	Open    int // failures in the window that is open
	Started int // runs that this gateway has started, since its own start
}

// New returns a watcher that starts nothing before Run is called.
func New(o Options) *Watcher { return &Watcher{Options: o} }

// Run starts flows as their windows are due, until the context ends.
func (w *Watcher) Run(ctx context.Context) {
	for clock.Sleep(ctx, w.Clock, w.Pause(countPause)) == nil {
		w.startDue(ctx)
	}
}

func (w *Watcher) startDue(ctx context.Context) {
	snap := w.Snapshots.Acquire()
	if snap == nil {
		return
	}
	defer snap.Release()
	w.keepOnly(snap.Watchers)
	for _, e := range snap.Watchers {
		if err := w.startFlow(ctx, e); err != nil && ctx.Err() == nil {
			w.Log.Sampled.Warn("a flow that watches failures waits for the store", zap.String("flow", e.Flow.Name), zap.Error(err))
		}
	}
}

// startFlow starts a flow if its window is due. After an error, the next call does it.
func (w *Watcher) startFlow(ctx context.Context, e *snapshot.Endpoint) error {
	part := e.Flow.Parts.Failure
	due, err := w.collect(ctx, store.FailureWatch{Flow: e.Flow.Name, After: part.After, Length: part.Length, Digest: part.Digest})
	if err != nil || due == nil {
		return err
	}
	once := &store.Dedupe{Key: "failures:" + strconv.FormatInt(due.Begin.UnixMilli(), 10), TTL: dedupeTime}
	how := services.Start{Once: once}
	if n := len(due.Runs); n > 0 {
		how.Parent = due.Runs[n-1]
	}
	_, earlier, err := w.Services.StartFlow(ctx, e, part.Event(failuresOf(due)), how)
	if err != nil {
		return err
	}
	if earlier == nil {
		w.change(e.Flow.Name, func(k *Window) { k.Started++ })
	}
	return w.Store.MarkWindowFired(ctx, e.Flow.Name, due.Begin)
}

// Windows returns the windows of the flows that serve, by flow.
func (w *Watcher) Windows() map[string]Window {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.windows)
}

// keepOnly forgets the windows of other flows.
func (w *Watcher) keepOnly(watchers []*snapshot.Endpoint) {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := make(map[string]Window, len(watchers))
	for _, e := range watchers {
		kept[e.Flow.Name] = w.windows[e.Flow.Name]
	}
	w.windows = kept
}

func (w *Watcher) change(name string, change func(*Window)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := w.windows[name]
	change(&k)
	w.windows[name] = k
}

// collect counts all failures, and returns the window if it is due.
func (w *Watcher) collect(ctx context.Context, watch store.FailureWatch) (*store.FailureWindow, error) {
	for {
		got, err := w.Store.CollectFailures(ctx, watch)
		if err != nil {
			return nil, err
		}
		if !got.More {
			w.change(watch.Flow, func(k *Window) { k.Open = got.Open })
			return got.Due, nil
		}
	}
}

// failuresOf returns a window as its flow reads it.
func failuresOf(due *store.FailureWindow) flow.Failures {
	out := flow.Failures{Flow: due.Flow, Count: due.Count, Runs: due.Runs}
	for _, c := range due.Causes {
		out.Causes = append(out.Causes, flow.FailureCause{Flow: c.Flow, Action: c.Action, Message: c.Message, Count: c.Count})
	}
	return out
}
