package postgres

import (
	"errors"
	"slices"
	"sync"

	"github.com/webhook-gateway/gateway/store"
)

// flowRows are the rows of flows that a transaction has locked.
type queueCounts map[string]*flowCounts

// flowRow is the queue of a flow, with what a transaction adds to it.
type flowCounts struct {
	found          bool
	ready, blocked int // as in the row, and as decided since
	running        int
	unclaimed      []unclaimedRun // that can make room, the oldest first

	addReady, addBlocked int // what the row does not have yet

	needRunning bool // somebody asks for running
	maxDrops    int  // how many may have to make room
	minLimit    int  // the smallest bound of those
}

// victim is a queued run that may make room.
type unclaimedRun struct {
	id    store.ID
	state store.State
}

// of returns the row of a flow, to be locked.
func (f queueCounts) of(name string) *flowCounts {
	row, ok := f[name]
	if !ok {
		row = &flowCounts{}
		f[name] = row
	}
	return row
}

func (f queueCounts) flowNames() []string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	return names
}

// missing tells whether one of them has no row.
func (f queueCounts) hasMissingRow() bool {
	for _, row := range f {
		if !row.found {
			return true
		}
	}
	return false
}

// count counts a run that enters a state, or leaves it where by is -1. Only
// queues are counted here, and what was asked of those that run.
func (f *flowCounts) add(s store.State, by int) {
	switch s {
	case blocked:
		f.blocked, f.addBlocked = f.blocked+by, f.addBlocked+by
	case store.Queued:
		f.ready, f.addReady = f.ready+by, f.addReady+by
	case store.Running:
		f.running += by
	default:
	}
}

// queued is how many runs are in the queue.
func (f *flowCounts) queued() int { return f.ready + f.blocked }

// write queues the changes of the rows.
func (f queueCounts) addUpdate(t *tx) {
	var flows []string
	var ready, blocked []int
	for name, row := range f {
		if row.addReady != 0 || row.addBlocked != 0 {
			flows, ready, blocked = append(flows, name), append(ready, row.addReady), append(blocked, row.addBlocked)
		}
	}
	if len(flows) == 0 {
		return
	}
	t.addQuery(newQuery("UPDATE flows f SET ready = f.ready + u.ready, behind = f.behind + u.behind FROM ").
		table("u", []column{{name: "flow", typ: "text", values: flows}, {name: "ready", typ: "bigint", values: ready}, {name: "behind", typ: "bigint", values: blocked}}).
		add(" WHERE f.flow = u.flow"))
}

// knownFlows are flows that have a row.
type knownFlows struct {
	mu    sync.Mutex
	names map[string]bool
}

// without returns those of the flows that may have no row, sorted.
func (k *knownFlows) unknownFlows(counts queueCounts) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var unknown []string
	for name := range counts {
		if !k.names[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

func (k *knownFlows) remember(counts queueCounts) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.names == nil {
		k.names = map[string]bool{}
	}
	for name := range counts {
		k.names[name] = true
	}
}

func (k *knownFlows) forgetAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.names)
}

// errRowLost says that the row of a flow was deleted by other hands. The next
// attempt makes it anew.
var errRowDeleted = errors.New("a flow has lost its row")

// queueFlows locks the rows of the flows whose queues are to change, and reads
// what else decides about them.
func (b *acceptBatch) lockFlows(known *knownFlows) {
	if len(b.counts) == 0 {
		return
	}
	if unknown := known.unknownFlows(b.counts); len(unknown) > 0 {
		b.addSQL("INSERT INTO flows (flow) SELECT f FROM unnest($1::text[]) f ORDER BY f ON CONFLICT DO NOTHING", unknown)
	}
	b.lockFlowRows()
	b.countRunning()
	b.findOldestUnclaimed()
}

// lockFlows locks the rows in the order of their names, as everybody does.
func (b *acceptBatch) lockFlowRows() {
	var name string
	var ready, blocked int
	const lock = "SELECT flow, ready, behind, clock() FROM flows WHERE flow = ANY($1) ORDER BY flow FOR UPDATE"
	scanRows(b.addSQL(lock, b.counts.flowNames()), []any{&name, &ready, &blocked, &b.now}, func() error {
		f := b.counts[name]
		f.found, f.ready, f.blocked = true, ready, blocked
		return nil
	})
}

func (b *acceptBatch) countRunning() {
	var needRunning []string
	for name, f := range b.counts {
		if f.needRunning {
			needRunning = append(needRunning, name)
		}
	}
	if len(needRunning) == 0 {
		return
	}
	var name string
	var n int
	scanRows(b.addSQL("SELECT flow, count(*) FROM runs WHERE flow = ANY($1) AND state = 3 GROUP BY flow", needRunning), []any{&name, &n}, func() error {
		b.counts[name].running = n
		return nil
	})
}

// findVictims reads the oldest runs that have never begun, of each flow that
// drops them and is so full that it may have to.
func (b *acceptBatch) findOldestUnclaimed() {
	var flows []string
	var limits, wanted []int
	for name, f := range b.counts {
		if f.maxDrops > 0 {
			flows, limits, wanted = append(flows, name), append(limits, f.minLimit), append(wanted, f.maxDrops)
		}
	}
	if len(flows) == 0 {
		return
	}
	oldest := func(state string) string {
		return "(SELECT id, state, seq FROM runs r WHERE r.flow = u.flow AND r.state = " + state + " AND r.state <= 1 AND r.fence = 0 ORDER BY r.seq LIMIT u.wanted)"
	}
	q := newQuery("SELECT u.flow, v.id, v.state FROM ").
		table("u", []column{{name: "flow", typ: "text", values: flows}, {name: "most", typ: "int", values: limits}, {name: "wanted", typ: "int", values: wanted}}).
		add(" JOIN flows f ON f.flow = u.flow AND f.ready + f.behind + u.wanted > u.most" +
			" CROSS JOIN LATERAL (" + oldest("0") + " UNION ALL " + oldest("1") + " ORDER BY 3 LIMIT u.wanted) v ORDER BY u.flow, v.seq")
	var name string
	var v unclaimedRun
	var id [16]byte
	scanRows(b.addQuery(q), []any{&name, &id, &v.state}, func() error {
		v.id = id
		b.counts[name].unclaimed = append(b.counts[name].unclaimed, v)
		return nil
	})
}
