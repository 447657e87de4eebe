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

// queueFlows locks the rows of the flows whose queues are to change, and reads
// what else decides about them.
func (in *intake) queueFlows(known *knownFlows) {
	if len(in.flows) == 0 {
		return
	}
	if unknown := known.without(in.flows); len(unknown) > 0 {
		in.queue("INSERT INTO flows (flow) SELECT f FROM unnest($1::text[]) f ORDER BY f ON CONFLICT DO NOTHING", unknown)
	}
	in.lockFlows()
	in.countRunning()
	in.findVictims()
}

// lockFlows locks the rows in the order of their names, as everybody does.
func (in *intake) lockFlows() {
	var name string
	var ready, behind int
	const lock = "SELECT flow, ready, behind, clock() FROM flows WHERE flow = ANY($1) ORDER BY flow FOR UPDATE"
	each(in.queue(lock, in.flows.names()), []any{&name, &ready, &behind, &in.now}, func() error {
		f := in.flows[name]
		f.found, f.ready, f.behind = true, ready, behind
		return nil
	})
}

func (in *intake) countRunning() {
	var limited []string
	for name, f := range in.flows {
		if f.limited {
			limited = append(limited, name)
		}
	}
	if len(limited) == 0 {
		return
	}
	var name string
	var n int
	each(in.queue("SELECT flow, count(*) FROM runs WHERE flow = ANY($1) AND state = 3 GROUP BY flow", limited), []any{&name, &n}, func() error {
		in.flows[name].running = n
		return nil
	})
}

// findVictims reads the oldest runs that have never begun, of each flow that
// drops them and is so full that it may have to.
func (in *intake) findVictims() {
	var flows []string
	var most, wanted []int
	for name, f := range in.flows {
		if f.drops > 0 {
			flows, most, wanted = append(flows, name), append(most, f.least), append(wanted, f.drops)
		}
	}
	if len(flows) == 0 {
		return
	}
	oldest := func(state string) string {
		return "(SELECT id, state, seq FROM runs r WHERE r.flow = u.flow AND r.state = " + state + " AND r.state <= 1 AND r.fence = 0 ORDER BY r.seq LIMIT u.wanted)"
	}
	q := sql("SELECT u.flow, v.id, v.state FROM ").
		table("u", []column{{name: "flow", typ: "text", values: flows}, {name: "most", typ: "int", values: most}, {name: "wanted", typ: "int", values: wanted}}).
		add(" JOIN flows f ON f.flow = u.flow AND f.ready + f.behind + u.wanted > u.most" +
			" CROSS JOIN LATERAL (" + oldest("0") + " UNION ALL " + oldest("1") + " ORDER BY 3 LIMIT u.wanted) v ORDER BY u.flow, v.seq")
	var name string
	var v victim
	var id [16]byte
	each(in.put(q), []any{&name, &id, &v.state}, func() error {
		v.id = id
		in.flows[name].victims = append(in.flows[name].victims, v)
		return nil
	})
}
