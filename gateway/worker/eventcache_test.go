package worker

import (
	"fmt"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/run"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/store"
)

// testEvent is an event without content.
type testEvent struct{}

func (testEvent) Value(string) any { return nil }
func (testEvent) Input() any       { return nil }

// newCacheFixture returns a cache, and a snapshot with one endpoint.
func newCacheFixture() (*eventCache, *snapshot.Snapshot, *snapshot.Endpoint) {
	e := &snapshot.Endpoint{Flow: &flow.Flow{Name: "f"}}
	memory := &run.Memory{}
	memory.SetLimit(1 << 30)
	return newEventCache(memory), &snapshot.Snapshot{Endpoints: map[string]*snapshot.Endpoint{"f": e}}, e
}

func (c *eventCache) has(id string) bool {
	_, here := c.runs[id]
	return here
}

func TestEventCacheGivesAnEventOnce(t *testing.T) {
	t.Parallel()
	c, s, e := newCacheFixture()
	c.put("a", cachedEvent{endpoint: e, event: testEvent{}, size: 10}, time.Now())
	c.put("c", cachedEvent{endpoint: e, event: testEvent{}, size: 10}, time.Now())
	first, second := map[string]cachedEvent{}, map[string]cachedEvent{}
	asked := c.take("a", s, first)
	if again := c.take("a", s, first); !asked || !again || first["a"].event == nil {
		t.Error("the claim did not get the event that it asked for")
	}
	if c.take("a", s, second) || c.take("b", s, second) || len(second) > 0 {
		t.Errorf("another claim took %v", second)
	}
	c.drop("c")
	c.drop("c")
	if c.take("c", s, second) || c.bytes != 0 {
		t.Errorf("a dropped event is still cached, with %d bytes", c.bytes)
	}
}

func TestEventCacheMatchesTheEndpoint(t *testing.T) {
	t.Parallel()
	c, s, e := newCacheFixture()
	for name, today := range map[string]*snapshot.Endpoint{"changed": {Flow: e.Flow}, "removed": nil} {
		c.put("a", cachedEvent{endpoint: e, event: testEvent{}, size: 10}, time.Now())
		s.Endpoints["f"] = today
		if c.take("a", s, map[string]cachedEvent{}) {
			t.Errorf("the cache gave an event of an endpoint that was %s", name)
		}
		c.drop("a")
	}
}

func TestEventCacheIsBounded(t *testing.T) {
	t.Parallel()
	c, _, e := newCacheFixture()
	now := time.Now()
	for i := range 3 * maxCachedEvents {
		c.put(fmt.Sprint(i), cachedEvent{endpoint: e, event: testEvent{}, size: 1}, now)
	}
	if len(c.runs) != maxCachedEvents || len(c.order) > maxOrder || c.has(fmt.Sprint(maxCachedEvents)) {
		t.Errorf("%d events are cached, in an order of %d", len(c.runs), len(c.order))
	}
	c.put("large", cachedEvent{endpoint: e, event: testEvent{}, size: maxCachedBytes}, now.Add(minCacheTime))
	if len(c.runs) != 1 || !c.has("large") {
		t.Errorf("%d old events are cached beside a large one", len(c.runs)-1)
	}
	for i := range 2 * maxOrder {
		id := fmt.Sprint("later", i)
		c.drop("large")
		c.put(id, cachedEvent{endpoint: e, event: testEvent{}, size: 1}, now)
		c.drop(id)
	}
	if len(c.order) > maxOrder || c.bytes != 0 || len(c.runs) != 0 {
		t.Errorf("%d events with %d bytes are cached, in an order of %d", len(c.runs), c.bytes, len(c.order))
	}
}

// TestEventCacheCountsHeaders: a request without a body may have a
// header that is as large as one.
func TestEventCacheCountsHeaders(t *testing.T) {
	t.Parallel()
	c, _, e := newCacheFixture()
	now := time.Now()
	size := eventSize(&store.Payload{Event: make([]byte, 64<<10)})
	for i := range 2 * maxCachedBytes / (64 << 10) {
		c.put(fmt.Sprint(i), cachedEvent{endpoint: e, event: testEvent{}, size: size}, now)
	}
	if most := maxCachedBytes / (64 << 10); len(c.runs) != most {
		t.Errorf("%d events with headers of 64 KiB are cached, want %d", len(c.runs), most)
	}
}
