package worker

import (
	"context"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// checkpoint is a checkpoint that is written while a pure action runs.
type checkpoint struct {
	withdraw context.CancelFunc // stops it, unless the store has begun to write it
	done     chan struct{}
}

// startCheckpoint starts to write the pending steps before a pure action, if one of
// them had an effect outside of the run. The action need not wait for it: it can be
// repeated, and its log lines wait. If the run ends before the store begins to write
// the checkpoint, the end of the run writes these steps.
func (r *Run) startCheckpoint() error {
	r.mu.Lock()
	due := r.effects > r.writing
	r.mu.Unlock()
	if !due {
		return nil
	}
	r.checkpointing.Lock()
	defer r.checkpointing.Unlock()
	r.awaitCheckpoint()
	r.mu.Lock()
	steps := r.pending
	due = r.effects > 0 && !r.settled // another branch of the run, or its end, may write it
	if due && r.pool.Harness == nil {
		r.writing = len(steps)
	}
	r.mu.Unlock()
	switch {
	case !due:
		return nil
	case r.pool.Harness != nil: // tests of flows must not depend on which write comes first
		return r.writeSteps(r.ctx, steps)
	}
	ctx, withdraw := context.WithCancel(r.ctx)
	c := &checkpoint{withdraw: withdraw, done: make(chan struct{})}
	r.current = c
	go func() {
		defer close(c.done)
		defer withdraw()
		_ = r.writeSteps(ctx, steps) // after an error they are still pending: the next write reports it
	}()
	return nil
}

// awaitCheckpoint waits until no checkpoint is written. It is called under
// checkpointing.
func (r *Run) awaitCheckpoint() {
	if r.current == nil {
		return
	}
	<-r.current.done
	r.current = nil
	r.mu.Lock()
	r.writing = 0
	r.mu.Unlock()
}

// settleCheckpoint withdraws the checkpoint that is written, or waits for it if the
// store has begun. The steps of a withdrawn one are still pending. No other checkpoint
// is started: the end of the run follows.
func (r *Run) settleCheckpoint() {
	r.checkpointing.Lock()
	defer r.checkpointing.Unlock()
	r.mu.Lock()
	r.settled = true
	if r.late != nil {
		r.late.Stop()
	}
	r.mu.Unlock()
	if r.current != nil {
		r.current.withdraw()
		r.awaitCheckpoint()
	}
}

// writeCheckpoint writes pending steps before an action with an effect outside
// starts, so that a crash cannot repeat a completed one. Nothing is written if all
// pending steps may be repeated. Steps with a volatile output must not be, because the
// action may send that output. When writeCheckpoint returns, each step that ended
// before the call is stored, also if another call wrote it.
func (r *Run) writeCheckpoint() error {
	r.checkpointing.Lock()
	defer r.checkpointing.Unlock()
	r.awaitCheckpoint()
	r.mu.Lock()
	steps, due := r.pending, r.volatile > 0 || r.effects > 0
	r.mu.Unlock()
	if !due {
		return nil
	}
	return r.writeSteps(r.ctx, steps)
}

// writeSteps writes the first of the pending steps. After an error they are still
// pending, for the end of the run.
func (r *Run) writeSteps(ctx context.Context, steps []store.Step) error {
	err := r.retryWrite(ctx, func(ctx context.Context) error {
		return r.pool.Store.Checkpoint(ctx, *r.claim.Load(), steps...)
	})
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.pending = slices.Clone(r.pending[len(steps):])
	r.volatile = max(r.volatile-len(steps), 0)
	r.effects = max(r.effects-len(steps), 0)
	r.writing = 0
	if r.effects > 0 {
		r.delayCheckpoint()
	} else if r.late != nil {
		r.late.Stop()
	}
	lines := r.lines
	r.lines = nil
	r.mu.Unlock()
	writeLines(lines)
	return nil
}

// expectedSteps is for how many steps of a run memory is taken at once.
const expectedSteps = 8

// appendPending appends a step that has ended. It is called under mu.
func (r *Run) appendPending(s store.Step) {
	if r.pending == nil {
		r.pending = make([]store.Step, 0, min(len(r.Endpoint.Flow.Actions), expectedSteps))
	}
	r.pending = append(r.pending, s)
	if s.State == flow.Skipped || r.Endpoint.IsPure(s.Kind) {
		return
	}
	if r.effects == 0 && r.pool.Harness == nil {
		r.delayCheckpoint()
	}
	r.effects = len(r.pending)
}

// checkpointDelay is how long after an effect outside of the run a checkpoint begins if
// no action has started one.
const checkpointDelay = time.Millisecond

// delayCheckpoint has a checkpoint begin after checkpointDelay, unless the run ends
// before, as most do soon after their last effect. It must not wait for the next action:
// other branches of the run, or the pause before another attempt, may take long. It is
// called under mu.
func (r *Run) delayCheckpoint() {
	if r.late != nil {
		r.late.Reset(checkpointDelay)
		return
	}
	r.late = r.pool.Clock.AfterFunc(checkpointDelay, func() {
		r.mu.Lock()
		busy := r.writing > 0 // then writeSteps delays the next one
		r.mu.Unlock()
		if !busy {
			_ = r.startCheckpoint()
		}
	})
}

// maxWaitingLines is how many lines of the log wait for a checkpoint. An action with a
// further one waits too: while the store is unavailable, a loop would otherwise fill the
// memory with lines.
const maxWaitingLines = 100

// Log writes a line of action "log". While an effect outside of the run is not stored
// the line waits: who reads it may rely on it that the actions before it do not run
// again.
func (r *Run) Log(action, level, message string, values map[string]any) {
	line := func() { r.Scope.Log(action, level, message, values) }
	waits, full := r.addLine(line)
	for full && r.writeCheckpoint() == nil {
		waits, full = r.addLine(line)
	}
	if !waits {
		line()
	}
}

// addLine adds a line to those that wait for the checkpoint. It returns false if all
// effects are stored, and full if too many lines wait.
func (r *Run) addLine(line func()) (waits, full bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.effects == 0 && r.atOnce == nil:
		return false, false
	case r.atOnce == nil && len(r.lines) >= maxWaitingLines:
		return false, true
	}
	r.lines = append(r.lines, line)
	return true, false
}

// flushLines writes the lines that wait, after the end of the run was written.
func (r *Run) flushLines() {
	r.mu.Lock()
	lines := r.lines
	r.lines = nil
	r.mu.Unlock()
	writeLines(lines)
}

func writeLines(lines []func()) {
	for _, line := range lines {
		line()
	}
}
