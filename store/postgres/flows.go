package postgres

import (
	"errors"
	"slices"
	"sync"

	"github.com/webhook-gateway/gateway/store"
)

// flowRows are the rows of flows that a transaction has locked.
type flowRows map[string]*flowRow

// flowRow is the queue of a flow, with what a transaction adds to it.
type flowRow struct {
	found         bool
	ready, behind int // as in the row, and as decided since
	running       int
	victims       []victim // that can make room, the oldest first

	addReady, addBehind int // what the row does not have yet

	limited bool // somebody asks for running
	drops   int  // how many may have to make room
	least   int  // the smallest bound of those
}

// victim is a queued run that may make room.
type victim struct {
	id    store.ID
	state store.State
}

// of returns the row of a flow, to be locked.
func (f flowRows) of(name string) *flowRow {
	row, ok := f[name]
	if !ok {
		row = &flowRow{}
		f[name] = row
	}
	return row
}

func (f flowRows) names() []string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	return names
}

// missing tells whether one of them has no row.
func (f flowRows) missing() bool {
	for _, row := range f {
		if !row.found {
			return true
		}
	}
	return false
}

// count counts a run that enters a state, or leaves it where by is -1. Only
// queues are counted here, and what was asked of those that run.
func (f *flowRow) count(s store.State, by int) {
	switch s {
	case behind:
		f.behind, f.addBehind = f.behind+by, f.addBehind+by
	case store.Queued:
		f.ready, f.addReady = f.ready+by, f.addReady+by
	case store.Running:
		f.running += by
	default:
	}
}

// queued is how many runs are in the queue.
func (f *flowRow) queued() int { return f.ready + f.behind }

// write queues the changes of the rows.
func (f flowRows) write(t *tx) {
	var flows []string
	var ready, behind []int
	for name, row := range f {
		if row.addReady != 0 || row.addBehind != 0 {
			flows, ready, behind = append(flows, name), append(ready, row.addReady), append(behind, row.addBehind)
		}
	}
	if len(flows) == 0 {
		return
	}
	t.put(sql("UPDATE flows f SET ready = f.ready + u.ready, behind = f.behind + u.behind FROM ").
		table("u", []column{{name: "flow", typ: "text", values: flows}, {name: "ready", typ: "bigint", values: ready}, {name: "behind", typ: "bigint", values: behind}}).
		add(" WHERE f.flow = u.flow"))
}

// knownFlows are flows that have a row.
type knownFlows struct {
	mu    sync.Mutex
	names map[string]bool
}

// without returns those of the flows that may have no row, sorted.
func (k *knownFlows) without(flows flowRows) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var unknown []string
	for name := range flows {
		if !k.names[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

func (k *knownFlows) learn(flows flowRows) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.names == nil {
		k.names = map[string]bool{}
	}
	for name := range flows {
		k.names[name] = true
	}
}

func (k *knownFlows) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.names)
}

// errRowLost says that the row of a flow was deleted by other hands. The next
// attempt makes it anew.
var errRowLost = errors.New("a flow has lost its row")
