package gateway

import (
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

const (
	mostFresh  = 8192             // runs whose events are held on to
	freshBytes = 8 << 20          // of these, as they came
	freshTime  = 30 * time.Second // after it others have likely claimed the run
)

// fresh holds the events of runs that this gateway has accepted and queued.
// Whoever claims one of them here need neither read nor decode it again. What
// is not found here is in the store, so anything may be left out.
type fresh struct {
	mu    sync.Mutex
	runs  map[string]freshRun
	bytes int64
	order []arrived // of those in runs, and of some that were taken, oldest first
	first int       // where in order the oldest stands
}

type freshRun struct {
	endpoint *endpoint // that has read the event: another may read it differently
	event    flow.Event
	size     int64
}

type arrived struct {
	id string
	at time.Time
}

// sizeOf is about what an event holds on to: the body, and the header and the
// query besides, which a caller can make larger than that.
func sizeOf(p *store.Payload) int64 { return int64(len(p.Event) + len(p.Body)) }

func newFresh() *fresh { return &fresh{runs: map[string]freshRun{}} }

// add holds on to an event while there is room.
func (f *fresh) add(id string, r freshRun, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.full(r.size) {
		if !f.forgetOldest(now) {
			return
		}
	}
	f.runs[id] = r
	f.bytes += r.size
	if len(f.order) == mostOrder {
		f.tidy()
	}
	f.order = append(f.order, arrived{id, now})
}

func (f *fresh) full(size int64) bool {
	return len(f.runs) >= mostFresh || f.bytes+size > freshBytes
}

// forgetOldest makes room where the oldest run is so old that it will not be
// claimed here any more.
func (f *fresh) forgetOldest(now time.Time) bool {
	for ; f.first < len(f.order); f.first++ {
		oldest := f.order[f.first]
		if _, here := f.runs[oldest.id]; !here {
			continue
		}
		if now.Sub(oldest.at) < freshTime {
			return false
		}
		f.drop(oldest.id)
		return true
	}
	return false
}

// mostOrder is how long the order gets. It is a multiple of mostFresh, so that
// each tidying makes room for many.
const mostOrder = 4 * mostFresh

// tidy leaves out of the order what was taken.
func (f *fresh) tidy() {
	left := f.order[:0]
	for _, a := range f.order[f.first:] {
		if _, here := f.runs[a.id]; here {
			left = append(left, a)
		}
	}
	clear(f.order[len(left):])
	f.order, f.first = left, 0
}

func (f *fresh) drop(id string) {
	f.bytes -= f.runs[id].size
	delete(f.runs, id)
}

// hand takes the event of a run that is being claimed, and tells whether it is
// here as an endpoint of the snapshot has read it. The claim has it from then
// on: what the engine leaves unread must not go before the run is begun.
func (f *fresh) hand(id string, s *snapshot, to map[string]flow.Event) bool {
	if to[id] != nil {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r, here := f.runs[id]
	if !here || s.byName[r.endpoint.flow.Name] != r.endpoint {
		return false
	}
	f.drop(id)
	to[id] = r.event
	return true
}

// forget lets go of the event of a run that is not to be claimed, or was
// claimed without it.
func (f *fresh) forget(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, here := f.runs[id]; here {
		f.drop(id)
	}
}

// clear lets go of all events, as before runs are run again: what is kept of
// one that was cancelled in the queue may have changed, where an address was
// taken out.
func (f *fresh) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.runs)
	clear(f.order)
	f.order, f.first, f.bytes = f.order[:0], 0, 0
}
