package endpoint

import (
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// syncRuns has the sync runs that are under way, which the store does not know, as a
// list that is linked through their requests.
type syncRuns struct {
	mu    sync.Mutex
	first *request
	count int
}

// listed is the place of a request in syncRuns.
type listed struct {
	isListed       bool
	previous, next *request
}

func (s *syncRuns) add(q *request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q.listed = listed{isListed: true, next: s.first}
	if s.first != nil {
		s.first.previous = q
	}
	s.first = q
	s.count++
}

// remove removes a request, once.
func (s *syncRuns) remove(q *request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !q.isListed {
		return
	}
	if q.previous != nil {
		q.previous.next = q.next
	} else {
		s.first = q.next
	}
	if q.next != nil {
		q.next.previous = q.previous
	}
	q.listed = listed{}
	s.count--
}

// SyncRuns returns the sync runs that are under way, in no order.
func (h *Handler) SyncRuns() []store.Summary {
	h.syncRuns.mu.Lock()
	defer h.syncRuns.mu.Unlock()
	out := make([]store.Summary, 0, h.syncRuns.count)
	for q := h.syncRuns.first; q != nil; q = q.next {
		began := q.Began.UTC().Truncate(time.Millisecond) // as the store has it after the run
		out = append(out, store.Summary{
			ID: q.ID, Flow: q.FlowName(), State: store.Running, Received: began, Started: began, Attempt: 1, Size: int(max(q.r.ContentLength, 0)),
		})
	}
	return out
}
