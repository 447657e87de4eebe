package gateway

import (
	"fmt"
	"maps"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// counted counts the requests of one flow by outcome and status. Once a pair
// has occurred, counting it again takes neither a lock nor memory.
type counted struct {
	vec   *prometheus.CounterVec // outcome, status
	mu    sync.Mutex             // held to add a pair
	known atomic.Pointer[map[result]prometheus.Counter]
}

type result struct {
	outcome string
	status  int
}

// mostResults is how many pairs get a series of their own. A flow may answer
// with a status that its caller chooses; what comes later is counted by class,
// such as "4xx".
const mostResults = 64

func newCounted(vec *prometheus.CounterVec) *counted {
	c := &counted{vec: vec}
	c.known.Store(&map[result]prometheus.Counter{})
	return c
}

func (c *counted) inc(outcome string, status int) {
	r := result{outcome, status}
	n, ok := (*c.known.Load())[r]
	if !ok {
		n = c.add(r)
	}
	n.Inc()
}

func (c *counted) add(r result) prometheus.Counter {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := *c.known.Load()
	if n, ok := known[r]; ok {
		return n
	}
	status := strconv.Itoa(r.status)
	if len(known) >= mostResults {
		status = fmt.Sprintf("%dxx", r.status/100)
	}
	known = maps.Clone(known)
	known[r] = c.vec.WithLabelValues(r.outcome, status)
	c.known.Store(&known)
	return known[r]
}
