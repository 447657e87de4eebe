package postgres

import (
	"errors"
	"slices"
	"sync"

	"github.com/webhook-gateway/gateway/store"
)

// queueCounts are the counts of flows whose rows a transaction locks.
type queueCounts map[string]*flowCounts

// flowCounts are the counts of a flow, with the changes of a transaction.
type flowCounts struct {
	found                   bool
	ready, blocked, waiting int // as in the row, with the changes so far
	running                 int
	unclaimed               []unclaimedRun // runs that can be dropped to make room, the oldest first

	addReady, addBlocked, addWaiting int // changes that the row does not have yet

	needRunning bool // an operation needs running
	maxDrops    int  // how many runs may have to be dropped
	minLimit    int  // the smallest queue limit of the operations that may drop runs
}

// unclaimedRun is a queued run that was never claimed.
type unclaimedRun struct {
	id    store.ID
	state store.State
}

// of returns the counts of a flow, whose row the transaction then locks.
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

// hasMissingRow reports whether a flow has no row.
func (f queueCounts) hasMissingRow() bool {
	for _, row := range f {
		if !row.found {
			return true
		}
	}
	return false
}

// add counts by runs that enter a state, or leave it if by is negative. The row
// of a flow has no column for running runs, so their number is only used within
// the transaction.
func (f *flowCounts) add(s store.State, by int) {
	switch s {
	case blocked:
		f.blocked, f.addBlocked = f.blocked+by, f.addBlocked+by
	case store.Queued:
		f.ready, f.addReady = f.ready+by, f.addReady+by
	case store.Waiting:
		f.waiting, f.addWaiting = f.waiting+by, f.addWaiting+by
	case store.Running:
		f.running += by
	default:
	}
}

// queued returns how many runs are in the queue, including those that wait for a
// time.
func (f *flowCounts) queued() int { return f.ready + f.blocked + f.waiting }

// open returns how many runs are not over.
func (f *flowCounts) open() int { return f.queued() + f.running }

// addUpdate adds a statement that writes the changes.
func (f queueCounts) addUpdate(t *tx) {
	var flows []string
	var ready, blocked, waiting []int
	for name, row := range f {
		if row.addReady != 0 || row.addBlocked != 0 || row.addWaiting != 0 {
			flows = append(flows, name)
			ready, blocked, waiting = append(ready, row.addReady), append(blocked, row.addBlocked), append(waiting, row.addWaiting)
		}
	}
	if len(flows) == 0 {
		return
	}
	t.addQuery(newQuery("UPDATE flows f SET ready = f.ready + u.ready, behind = f.behind + u.behind, waiting = f.waiting + u.waiting FROM ").
		table("u", []column{
			{name: "flow", typ: "text", values: flows},
			{name: "ready", typ: "bigint", values: ready},
			{name: "behind", typ: "bigint", values: blocked},
			{name: "waiting", typ: "bigint", values: waiting},
		}).
		add(" WHERE f.flow = u.flow"))
}

// knownFlows are flows that have a row.
type knownFlows struct {
	mu    sync.Mutex
	names map[string]bool
}

// unknownFlows returns the flows that may have no row, sorted.
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

// errRowDeleted says that another program deleted a row which the transaction
// needs. The next attempt inserts it again.
var errRowDeleted = errors.New("another program has deleted a row of the store")

// lockFlows locks the flows of the batch, and reads the counts and runs on
// which its decisions depend.
func (b *acceptBatch) lockFlows(known *knownFlows) {
	if len(b.counts) == 0 {
		return
	}
	b.unlockBeforeFlush()
	if unknown := known.unknownFlows(b.counts); len(unknown) > 0 {
		b.addSQL("INSERT INTO flows (flow) SELECT f FROM unnest($1::text[]) f ORDER BY f ON CONFLICT DO NOTHING", unknown)
	}
	b.lockFlowRows()
	b.countRunning()
	b.findOldestUnclaimed()
}

// lockFlowRows locks the rows in the order of their names, as all transactions
// do, so that none waits for another in a circle.
func (b *acceptBatch) lockFlowRows() {
	var name string
	var ready, blocked, waiting int
	const lock = "SELECT flow, ready, behind, waiting, clock() FROM flows WHERE flow = ANY($1) ORDER BY flow FOR UPDATE"
	scanRows(b.addSQL(lock, b.counts.flowNames()), []any{&name, &ready, &blocked, &waiting, &b.now}, func() error {
		f := b.counts[name]
		f.found, f.ready, f.blocked, f.waiting = true, ready, blocked, waiting
		return nil
	})
}

// countRunning counts the running runs of flows whose limits need them.
func (b *acceptBatch) countRunning() {
	var flows []string
	for name, f := range b.counts {
		if f.needRunning {
			flows = append(flows, name)
		}
	}
	if len(flows) == 0 {
		return
	}
	var name string
	var n int
	scanRows(b.addSQL("SELECT flow, count(*) FROM runs WHERE flow = ANY($1) AND state = 3 GROUP BY flow", flows), []any{&name, &n}, func() error {
		b.counts[name].running = n
		return nil
	})
}

// findOldestUnclaimed reads the oldest unclaimed runs of each flow whose queue
// may become full, as many as operations may drop.
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
		add(" JOIN flows f ON f.flow = u.flow AND f.ready + f.behind + f.waiting + u.wanted > u.most" +
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
