package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/admin/api/client"
	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/termtext"
	"github.com/webhook-gateway/gateway/store"
)

// The pauses between two looks at a run. They grow while nothing happens.
const (
	firstLookPause = 100 * time.Millisecond
	maxLookPause   = 2 * time.Second
	// maxRecordTime is how long a run may be missing: a sync run is recorded after
	// its answer.
	maxRecordTime = 10 * time.Second
)

// watchRun prints what happens in a run until it is over. Its error is exit code 1
// if the run did not succeed.
func (c *command) watchRun(ctx context.Context, a *client.Client, id string) error {
	w := &watcher{command: c, shown: map[string]string{}}
	began, pause := c.clock.Now(), firstLookPause
	for {
		run, err := a.Run(ctx, id)
		switch {
		case isMissing(err) && clock.Since(c.clock, began) < maxRecordTime:
		case err != nil:
			return err
		default:
			if w.show(&run) {
				pause = firstLookPause
			}
			if isOver(run.State) {
				return w.finish(&run)
			}
		}
		if err := clock.Sleep(ctx, c.clock, pause); err != nil {
			return err
		}
		pause = min(pause+pause/2, maxLookPause) //nolint:mnd // half as long again
	}
}

func isMissing(err error) bool {
	var refused *client.Refusal
	return errors.As(err, &refused) && refused.Status == http.StatusNotFound
}

func isOver(state ops.State) bool {
	return !slices.ContainsFunc([]store.State{store.Queued, store.Waiting, store.Running}, func(s store.State) bool { return s.String() == string(state) })
}

// watcher prints the changes of a run.
type watcher struct {
	*command
	shown map[string]string // the printed state of each action, by path
	state string
}

// show prints what has changed and reports whether something has.
func (w *watcher) show(r *ops.RunDetail) bool {
	changed := false
	for i := range r.Steps {
		s := &r.Steps[i]
		if w.shown[s.Path] == s.State {
			continue
		}
		w.shown[s.Path], changed = s.State, true
		text := fmt.Sprintf("%s %s: %s", s.Kind, s.Path, s.State)
		if s.State != "skipped" && s.State != store.Waiting.String() {
			text += ", took " + formatSeconds(s.Took)
		}
		if s.Cause != nil {
			text += ": " + formatCause(s.Cause)
		}
		w.print("  " + text)
	}
	if state := string(r.State); state != w.state && !isOver(r.State) {
		w.state, changed = state, true
		if !r.Due.IsZero() {
			state += " until " + formatLocalTime(r.Due)
		}
		w.print(state)
	}
	return changed
}

func (w *watcher) print(line string) { _, _ = fmt.Fprintln(w.out, termtext.Escape(line)) }

// finish prints the end of a run.
func (w *watcher) finish(r *ops.RunDetail) error {
	line := string(r.State)
	if !r.Started.IsZero() && !r.Finished.IsZero() {
		line += ", took " + formatSeconds(r.Took)
	}
	if r.Cause != nil {
		line += ": " + formatCause(r.Cause)
	}
	w.print(line)
	if string(r.State) == store.Succeeded.String() || string(r.State) == store.Ignored.String() {
		return nil
	}
	return exit(exitFindings)
}
