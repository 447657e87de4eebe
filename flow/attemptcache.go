package flow

import (
	"sync"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// attemptCache is the journal inside an action that holds others or calls
// another flow, and that is retried. The next attempt of the action continues
// after the steps that the attempts before completed.
type attemptCache struct {
	Journal // of the run around the action
	clock   clock.Clock

	mu       sync.Mutex
	records  map[string]*Record // the last one of each step, by path
	restored map[string]bool    // paths of steps that the journal knows already
	progress Progress
}

// cacheAttempts gives the attempts of an action a common cache, if there may be
// several.
func (c *Call) cacheAttempts() {
	traits := c.Step.Traits
	if len(traits.Lists) == 0 && traits.Callee == nil || !c.mayRepeat() {
		return
	}
	run := *c.frame.run
	run.Journal = &attemptCache{
		Journal: run.Journal, clock: run.Clock,
		records: map[string]*Record{}, restored: map[string]bool{}, progress: Progress{},
	}
	c.frame = c.frame.child()
	c.frame.run = &run
}

// mayRepeat reports whether the action may have several attempts: by its retry,
// or because its time ends while an action inside waits for the store.
func (c *Call) mayRepeat() bool {
	return c.Step.Retry != nil || c.frame.run.AwaitsStore && c.Step.Timeout > 0
}

// Resume returns the outcome of a step in an earlier attempt of the action or of
// the run. A step that failed runs again, unless its failure was passed over.
func (m *attemptCache) Resume(c *Call) (Resumed, bool) {
	rec := m.lastRecord(c.Path())
	switch {
	case rec == nil, rec.State == Suspended && rec.Attempts == 0: // the journal has its wait and its output
		return m.Journal.Resume(c)
	case rec.EndedRun:
		return Resumed{}, false
	case rec.State == Succeeded:
		m.markRestored(rec)
		return Resumed{Output: rec.Output}, true
	case rec.State == Failed && rec.Step.OnError == Continue:
		m.markRestored(rec)
		return Resumed{Err: rec.Err}, true
	case rec.State == SuspendedInside:
		return Resumed{Used: UsedTimeout(m.clock, rec.Started, rec.Wait)}, false
	case rec.State == Suspended:
		if left := clock.Until(m.clock, rec.Started.Add(rec.Wait)); left > 0 {
			m.markRestored(rec)
			return Resumed{Err: StillSuspended(left)}, true
		}
		m.unmarkRestored(rec) // the journal learns that the wait is over
		return Resumed{Output: rec.Output}, true
	}
	return Resumed{}, false
}

// Started also finds the steps of earlier attempts of the action.
func (m *attemptCache) Started(prefix string) bool {
	if m.Journal.Started(prefix) {
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.progress.Has(prefix)
}

// Done takes a record and passes it on, unless Resume returned its outcome
// before.
func (m *attemptCache) Done(rec *Record) {
	m.mu.Lock()
	restored := m.restored[rec.Path]
	if !restored {
		m.records[rec.Path] = rec
		m.progress.Add(rec.Path)
	}
	m.mu.Unlock()
	if !restored {
		m.Journal.Done(rec)
	}
}

func (m *attemptCache) lastRecord(path string) *Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.records[path]
}

func (m *attemptCache) markRestored(rec *Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.restored[rec.Path] = true
}

func (m *attemptCache) unmarkRestored(rec *Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.restored, rec.Path)
}
