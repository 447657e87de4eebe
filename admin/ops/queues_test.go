package ops

import (
	"testing"
	"time"
)

// TestJudgeQueue: what stands still or grows needs attention.
func TestJudgeQueue(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_000_000, 0)
	before := func(n int) *int { return &n }
	tests := map[string]struct {
		queue            QueueDepth
		stalled, growing bool
	}{
		"empty":                       {QueueDepth{}, false, false},
		"worked off":                  {QueueDepth{Queued: 50, Oldest: at.Add(-time.Second), Before: before(50)}, false, false},
		"old":                         {QueueDepth{Queued: 1, Oldest: at.Add(-2 * time.Minute), Before: before(0)}, true, false},
		"new":                         {QueueDepth{Queued: 10, Oldest: at, Before: before(0)}, false, true},
		"few":                         {QueueDepth{Queued: 9, Oldest: at, Before: before(0)}, false, false},
		"half as many again":          {QueueDepth{Queued: 150, Oldest: at, Before: before(100)}, false, false},
		"more than half as many":      {QueueDepth{Queued: 151, Oldest: at, Before: before(100)}, false, true},
		"smaller":                     {QueueDepth{Queued: 20, Oldest: at, Before: before(100)}, false, false},
		"not known how many before":   {QueueDepth{Queued: 1000, Oldest: at}, false, false},
		"stands still, and has grown": {QueueDepth{Queued: 1000, Oldest: at.Add(-time.Hour), Before: before(10)}, true, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := Overview{At: at}
			o.judgeQueue(test.queue)
			if len(o.Stalled) == 1 != test.stalled || len(o.Growing) == 1 != test.growing {
				t.Errorf("stalled %v, growing %v", o.Stalled, o.Growing)
			}
		})
	}
}
