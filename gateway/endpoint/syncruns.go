package endpoint

import (
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// syncRuns has the sync runs that are under way, which the store does not know.
type syncRuns struct {
	mu   sync.Mutex
	runs map[string]*request // by id
}

func (s *syncRuns) add(q *request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs == nil {
		s.runs = map[string]*request{}
	}
	s.runs[q.ID] = q
}

func (s *syncRuns) remove(q *request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.runs, q.ID)
}

// SyncRuns returns the sync runs that are under way, in no order.
func (h *Handler) SyncRuns() []store.Summary {
	h.syncRuns.mu.Lock()
	defer h.syncRuns.mu.Unlock()
	out := make([]store.Summary, 0, len(h.syncRuns.runs))
	for _, q := range h.syncRuns.runs {
		began := q.Began.UTC().Truncate(time.Millisecond) // as the store has it after the run
		out = append(out, store.Summary{
			ID: q.ID, Flow: q.FlowName(), State: store.Running, Received: began, Started: began, Attempt: 1, Size: int(max(q.r.ContentLength, 0)),
		})
	}
	return out
}
