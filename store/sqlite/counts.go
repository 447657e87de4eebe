package sqlite

import (
	"github.com/webhook-gateway/gateway/store"
)

// behind is the state in the file of a run that is queued behind another with
// its order key.
const behind store.State = 0

// numbers count the open runs of a flow.
type numbers struct {
	ready, behind, waiting, running int
}

// flowNumbers are those of one flow, with what they were before the transaction
// that is under way.
type flowNumbers struct {
	numbers
	before  numbers
	touched bool
}

// mirror knows what each decision about the queue needs, so that none has to
// count rows. That is safe, as no other process writes to the file, and all
// writes pass through one goroutine.
type mirror struct {
	flows   map[string]*flowNumbers
	touched []*flowNumbers

	due, dueBefore int64 // no waiting run is due earlier; 0 where none waits
}

func newMirror() mirror { return mirror{flows: map[string]*flowNumbers{}} }

// of returns the numbers of a flow for reading.
func (m *mirror) of(flow string) numbers {
	if f, ok := m.flows[flow]; ok {
		return f.numbers
	}
	return numbers{}
}

// move counts a run that goes from one state to another. States that are over
// are not counted.
func (m *mirror) move(flow string, from, to store.State) {
	f, ok := m.flows[flow]
	if !ok {
		f = &flowNumbers{}
		m.flows[flow] = f
	}
	if !f.touched {
		f.before, f.touched = f.numbers, true
		m.touched = append(m.touched, f)
	}
	f.add(from, -1)
	f.add(to, 1)
}

func (n *numbers) add(s store.State, by int) {
	switch s {
	case behind:
		n.behind += by
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
const none store.State = 255

// waitUntil notes that a run is due, and tells whether none is due earlier.
func (m *mirror) waitUntil(due int64) bool {
	if m.due != 0 && m.due <= due {
		return false
	}
	m.due = due
	return true
}

// drained corrects the numbers of a flow of which nothing more was found in
// the file than what was claimed: some other program has changed it.
func (m *mirror) drained(flow string) { m.flows[flow].ready = 0 }

// undo forgets what was counted since settle.
func (m *mirror) undo() {
	for _, f := range m.touched {
		f.numbers = f.before
	}
	m.due = m.dueBefore
}

// settle makes what was counted final.
func (m *mirror) settle() {
	for _, f := range m.touched {
		f.touched = false
	}
	clear(m.touched)
	m.touched = m.touched[:0]
	m.dueBefore = m.due
}
