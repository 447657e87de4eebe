package worker

import (
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/store"
)

const (
	maxCachedEvents = 8192             // events in the cache
	maxCachedBytes  = 8 << 20          // of these events, as they arrived
	minCacheTime    = 30 * time.Second // how long an event stays before it may make room for another
)

// eventCache holds the decoded events of runs that this gateway accepted and
// queued. A run that is claimed here soon after need not be read and decoded
// again. The store has every event, so the cache may leave out any.
type eventCache struct {
	memory *run.Memory

	mu    sync.Mutex
	runs  map[string]cachedEvent
	bytes int64
	order []arrival // runs in the cache, and some that were removed, oldest first
	first int       // index of the oldest in order
}

type cachedEvent struct {
	endpoint *snapshot.Endpoint // that decoded the event: another may decode it differently
	event    flow.Event
	size     int64
	taken    int64 // of the memory budget
	trace    trace.Context
}

type arrival struct {
	id string
	at time.Time
}

// eventSize returns about how many bytes an event occupies: the body, the
// headers and the query. A caller can make the latter larger than the body.
func eventSize(p *store.Payload) int64 { return int64(len(p.Event) + len(p.Body)) }

func newEventCache(m *run.Memory) *eventCache {
	return &eventCache{memory: m, runs: map[string]cachedEvent{}}
}

// put adds the event of a run while there is room.
func (c *eventCache) put(id string, e cachedEvent, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.isFull(e.size) {
		if !c.evictOldest(now) {
			return
		}
	}
	if !c.memory.TryTake(e.taken) {
		return
	}
	c.runs[id] = e
	c.bytes += e.size
	if len(c.order) == maxOrder {
		c.compactOrder()
	}
	c.order = append(c.order, arrival{id, now})
}

func (c *eventCache) isFull(size int64) bool {
	return len(c.runs) >= maxCachedEvents || c.bytes+size > maxCachedBytes
}

// evictOldest removes the oldest event. It returns false if that event is so
// young that its run may still be claimed here.
func (c *eventCache) evictOldest(now time.Time) bool {
	for ; c.first < len(c.order); c.first++ {
		oldest := c.order[c.first]
		if _, cached := c.runs[oldest.id]; !cached {
			continue
		}
		if now.Sub(oldest.at) < minCacheTime {
			return false
		}
		c.remove(oldest.id)
		return true
	}
	return false
}

// maxOrder bounds the list of arrivals. It is a multiple of maxCachedEvents, so
// that each compaction frees many places.
const maxOrder = 4 * maxCachedEvents

// compactOrder deletes the arrivals of events that were removed.
func (c *eventCache) compactOrder() {
	left := c.order[:0]
	for _, a := range c.order[c.first:] {
		if _, cached := c.runs[a.id]; cached {
			left = append(left, a)
		}
	}
	clear(c.order[len(left):])
	c.order, c.first = left, 0
}

func (c *eventCache) remove(id string) {
	c.bytes -= c.runs[id].size
	c.memory.Free(c.runs[id].taken)
	delete(c.runs, id)
}

// take moves the event of a run that is being claimed into taken. It returns
// false if the event is not cached, or was decoded by an endpoint that is not
// part of the snapshot. The claim owns the event from then on, because the
// store does not read the payload of such a run.
func (c *eventCache) take(id string, s *snapshot.Snapshot, taken map[string]cachedEvent) bool {
	if taken[id].event != nil {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, cached := c.runs[id]
	if !cached || s.Endpoints[e.endpoint.Flow.Name] != e.endpoint {
		return false
	}
	c.remove(id)
	taken[id] = e
	return true
}

// drop removes the event of a run that will not be claimed, or was claimed
// without it.
func (c *eventCache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, cached := c.runs[id]; cached {
		c.remove(id)
	}
}

// clear removes all events. This is done before runs are queued again: the
// stored event of a cancelled run may have changed when an address was erased.
func (c *eventCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.runs {
		c.memory.Free(e.taken)
	}
	clear(c.runs)
	clear(c.order)
	c.order, c.first, c.bytes = c.order[:0], 0, 0
}
