package flow

import (
	"sync"
	"time"
)

// memory is what was done inside of an action that holds others, or calls
// another flow, in the attempts of it so far. The next one takes up where the
// one before stopped.
type memory struct {
	run *Run // as it is around the action

	mu    sync.Mutex
	done  map[string]*Record // the last one of each action, by path
	given map[string]bool    // those that need not be told of again
	begun Places
}

// remember has the attempts of an action share a memory, where there may be
// several.
func (c *Call) remember() {
	_, nests := c.Step.Action.(Nester)
	_, calls := c.Step.Action.(Caller)
	if c.Step.Retry == nil || !nests && !calls {
		return
	}
	m := &memory{run: c.frame.run, done: map[string]*Record{}, given: map[string]bool{}, begun: Places{}}
	run := *m.run
	run.Resume, run.Resumes, run.Observe = m.resume, m.resumes, m.observe
	c.frame = c.frame.child()
	c.frame.run = &run
}

// resume gives what an action returned in an attempt before, or when the run was
// at work before. One that failed is done again, unless its failure was passed
// over.
func (m *memory) resume(c *Call) (any, error, bool) {
	rec := m.last(c.Path())
	switch {
	case rec == nil && m.run.Resume != nil:
		return m.run.Resume(c)
	case rec == nil || rec.Ended:
		return nil, nil, false
	case rec.State == Succeeded:
		return rec.Output, nil, m.give(rec)
	case rec.State == Failed && rec.Step.OnError == Continue:
		return nil, rec.Err, m.give(rec)
	case rec.State == Parked:
		if left := time.Until(rec.Began.Add(rec.Aside)); left > 0 {
			return nil, Aside(left), m.give(rec)
		}
		return rec.Output, nil, true
	}
	return nil, nil, false
}

// resumes tells whether an action was done whose path begins so.
func (m *memory) resumes(prefix string) bool {
	if m.run.Resumes != nil && m.run.Resumes(prefix) {
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.begun.Has(prefix)
}

func (m *memory) last(path string) *Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.done[path]
}

// give notes that what is on record is given, so that it is not told of again.
func (m *memory) give(rec *Record) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.given[rec.Path] = true
	return true
}

func (m *memory) observe(rec *Record) {
	m.mu.Lock()
	given := m.given[rec.Path]
	m.done[rec.Path] = rec
	m.begun.Add(rec.Path)
	m.mu.Unlock()
	if !given {
		m.run.observe(rec)
	}
}
