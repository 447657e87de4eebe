package telemetry

import (
	"fmt"
	"maps"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// requestCounter counts the requests of one flow by outcome and status. Once a
// pair has occurred, counting it again takes neither a lock nor memory.
type requestCounter struct {
	make  func(outcome, status string) prometheus.Counter
	mu    sync.Mutex // held to add a pair
	known atomic.Pointer[map[result]prometheus.Counter]
}

type result struct {
	outcome string
	status  int
}

// maxResults is the number of pairs that get a series of their own. A caller may
// choose the status of a flow, so later pairs are counted by class, such as
// "4xx".
const maxResults = 64

func newRequestCounter(build func(outcome, status string) prometheus.Counter) *requestCounter {
	return &requestCounter{make: build}
}

// pairs returns the pairs that have occurred.
func (c *requestCounter) pairs() map[result]prometheus.Counter {
	if known := c.known.Load(); known != nil {
		return *known
	}
	return nil
}

func (c *requestCounter) inc(outcome string, status int) {
	r := result{outcome, status}
	n, ok := c.pairs()[r]
	if !ok {
		n = c.addPair(r)
	}
	n.Inc()
}

func (c *requestCounter) addPair(r result) prometheus.Counter {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.pairs()
	if n, ok := known[r]; ok {
		return n
	}
	status := strconv.Itoa(r.status)
	if len(known) >= maxResults {
		status = fmt.Sprintf("%dxx", r.status/100)
	}
	if known = maps.Clone(known); known == nil {
		known = map[result]prometheus.Counter{}
	}
	known[r] = c.make(r.outcome, status)
	c.known.Store(&known)
	return known[r]
}
