package sqlite

import (
	"github.com/webhook-gateway/gateway/store"
)

// behind is the state in the file of a run that is queued behind another with
// its order key.
const blocked store.State = 0

// numbers count the open runs of a flow.
type counts struct {
	ready, blocked, waiting, running int
}

// flowNumbers are those of one flow, with what they were before the transaction
// that is under way.
type flowCounts struct {
	counts
	before  counts
	changed bool
}

// mirror knows what each decision about the queue needs, so that none has to
// count rows. That is safe, as no other process writes to the file, and all
// writes pass through one goroutine.
type queueCounts struct {
	flows   map[string]*flowCounts
	changed []*flowCounts

	due, dueBefore int64 // no waiting run is due earlier; 0 where none waits
}

func newMirror() queueCounts { return queueCounts{flows: map[string]*flowCounts{}} }

// of returns the numbers of a flow for reading.
func (m *queueCounts) of(flow string) counts {
	if f, ok := m.flows[flow]; ok {
		return f.counts
	}
	return counts{}
}

// move counts a run that goes from one state to another. States that are over
// are not counted.
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

// none is a state of no run: that of one before it was accepted.
const noState store.State = 255

// waitUntil notes that a run is due, and tells whether none is due earlier.
func (m *queueCounts) noteDue(due int64) bool {
	if m.due != 0 && m.due <= due {
		return false
	}
	m.due = due
	return true
}

// drained corrects the numbers of a flow of which nothing more was found in
// the file than what was claimed: some other program has changed it.
func (m *queueCounts) clearReady(flow string) { m.flows[flow].ready = 0 }

// undo forgets what was counted since settle.
func (m *queueCounts) rollback() {
	for _, f := range m.changed {
		f.counts = f.before
	}
	m.due = m.dueBefore
}

// settle makes what was counted final.
func (m *queueCounts) commit() {
	for _, f := range m.changed {
		f.changed = false
	}
	clear(m.changed)
	m.changed = m.changed[:0]
	m.dueBefore = m.due
}
