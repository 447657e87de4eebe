package flow_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

// budget is a flow.Memory of some bytes.
type budget struct {
	limit int64
	used  atomic.Int64
}

func (b *budget) TryTakeMemory(n int64) bool {
	if b.used.Load()+n > b.limit {
		return false
	}
	b.used.Add(n)
	return true
}
func (b *budget) TakeMemory(n int64) { b.used.Add(n) }
func (b *budget) FreeMemory(n int64) { b.used.Add(-n) }

// TestMemoryOfOutputs: outputs take memory. An action with an effect keeps its
// output above the budget, and the next action fails before it begins.
func TestMemoryOfOutputs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit  int64
		states string
	}{
		"enough":  {10_000, "a b"},
		"used up": {1500, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.does["a"] = func(context.Context, *flow.Call) (any, error) {
				return map[string]any{"text": strings.Repeat("x", 2000)}, nil
			}
			r := l.start(`
				action "do" "a" {}
				action "do" "b" {}`)
			memory := &budget{limit: c.limit}
			r.Memory = memory
			out := flow.Execute(t.Context(), r)
			if l.order() != c.states || memory.used.Load() < 2000 {
				t.Errorf("ran %q and took %d bytes", l.order(), memory.used.Load())
			}
			if c.states == "a b" {
				return
			}
			if out.Err == nil || out.Err.Class != flow.Transient || out.Err.Reason != flow.ReasonMemory || out.Err.Action != "b" {
				t.Errorf("error %+v", out.Err)
			}
		})
	}
}
