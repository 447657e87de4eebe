package sqlite

import (
	"github.com/webhook-gateway/gateway/store"
)

// blocked is the stored state of a queued run that another run with its order
// key blocks.
const blocked store.State = 0

// counts are the numbers of runs of a flow that are not over.
type counts struct {
	ready, blocked, waiting, running int
}

// flowCounts are the counts of a flow, and those before the current transaction.
type flowCounts struct {
	counts
	before  counts
	changed bool
}

// queueCounts has the numbers that decisions about the queue need, so that none
// has to count rows. They are exact, because no other process writes to the file
// and all writes pass through one goroutine.
type queueCounts struct {
	flows   map[string]*flowCounts
	changed []*flowCounts

	due, dueBefore int64 // no waiting run is due earlier; 0 where none waits
}

func newMirror() queueCounts { return queueCounts{flows: map[string]*flowCounts{}} }

// of returns the counts of a flow.
func (m *queueCounts) of(flow string) counts {
	if f, ok := m.flows[flow]; ok {
		return f.counts
	}
	return counts{}
}

// move counts a run that changes its state. Runs that are over are not counted.
func (m *queueCounts) move(flow string, from, to store.State) {
	f, ok := m.flows[flow]
	if !ok {
		f = &flowCounts{}
		m.flows[flow] = f
	}
	if !f.changed {
		f.before, f.changed = f.counts, true
		m.changed = append(m.changed, f)
	}
	f.add(from, -1)
	f.add(to, 1)
}

func (n *counts) add(s store.State, by int) {
	switch s {
	case blocked:
		n.blocked += by
	case store.Queued:
		n.ready += by
	case store.Waiting:
		n.waiting += by
	case store.Running:
		n.running += by
	default: // over
	}
}

// noState is the state before a run exists.
const noState store.State = 255

// noteDue notes when a run is due, and returns whether no run is due earlier.
func (m *queueCounts) noteDue(due int64) bool {
	if m.due != 0 && m.due <= due {
		return false
	}
	m.due = due
	return true
}

// clearReady corrects the counts of a flow if the file has no more claimable
// runs: another program has changed the file.
func (m *queueCounts) clearReady(flow string) { m.flows[flow].ready = 0 }

// rollback restores the counts of the last commit.
func (m *queueCounts) rollback() {
	for _, f := range m.changed {
		f.counts = f.before
	}
	m.due = m.dueBefore
}

// commit makes the current counts final.
func (m *queueCounts) commit() {
	for _, f := range m.changed {
		f.changed = false
	}
	clear(m.changed)
	m.changed = m.changed[:0]
	m.dueBefore = m.due
}
