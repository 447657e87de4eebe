package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// fetchGate lets one request at a time fetch, and bounds the fetches of a minute: a
// caller without credentials causes them.
type fetchGate struct {
	mu       sync.Mutex
	fetching chan struct{} // closed when the fetch under way ends; nil if there is none

	// Only the request that fetches uses these.
	window  time.Time // the beginning of the minute in which fetches are counted
	fetched int       // in that minute
}

// maxFetches is the number of keys or certificates that a check fetches in a minute.
const maxFetches = 10

var errTooManyFetches = errors.New("too many are asked for")

// begin waits until no other request fetches. A request whose caller is gone does not
// wait.
func (g *fetchGate) begin(ctx context.Context) error {
	for {
		running := g.tryBegin()
		if running == nil {
			return nil
		}
		select {
		case <-running:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tryBegin returns nil if the caller may fetch, and otherwise the channel of the fetch
// under way.
func (g *fetchGate) tryBegin() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fetching == nil {
		g.fetching = make(chan struct{})
		return nil
	}
	return g.fetching
}

func (g *fetchGate) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.fetching)
	g.fetching = nil
}

// count counts a fetch, and refuses it above the bound. Only the request that fetches
// may call it.
func (g *fetchGate) count(now time.Time, what string) error {
	if now.Sub(g.window) >= time.Minute {
		g.window, g.fetched = now, 0
	}
	if g.fetched++; g.fetched > maxFetches {
		return fmt.Errorf("%w: more than %d %s in a minute", errTooManyFetches, maxFetches, what)
	}
	return nil
}
