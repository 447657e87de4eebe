package telemetry

import (
	"context"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

const (
	// TrendPause is the time between two looks at the queues for their trend.
	TrendPause = time.Minute
	// trendNotes is how many looks are kept: the oldest is that of five minutes ago.
	trendNotes = 6
)

// trend keeps how many runs of each flow were queued at the last looks.
type trend struct {
	mu    sync.Mutex
	notes []map[string]int // the newest last
}

// note adds a look, and forgets those that are too old.
func (t *trend) note(queued map[string]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notes = append(t.notes, queued)
	if len(t.notes) > trendNotes {
		t.notes = t.notes[1:]
	}
}

// before returns the look of five minutes ago, or nil if none is as old.
func (t *trend) before() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.notes) < trendNotes {
		return nil
	}
	return t.notes[0]
}

// Watch looks at the queues until the context ends, with a pause between two looks.
// A look that fails begins the trend anew.
func (q *Queues) Watch(ctx context.Context, pause time.Duration) {
	for {
		depths, err := q.depths.get()
		if err != nil {
			q.trend.forget()
		} else {
			queued := make(map[string]int, len(depths))
			for i := range depths {
				queued[depths[i].Flow] = depths[i].Queued
			}
			q.trend.note(queued)
		}
		if clock.Sleep(ctx, q.depths.clock, pause) != nil {
			return
		}
	}
}

// Before returns how many runs of each flow were queued five minutes ago, without
// flows that had none. It is nil until then.
func (q *Queues) Before() map[string]int { return q.trend.before() }

func (t *trend) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notes = nil
}
