package sqlite

import (
	"database/sql/driver"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// blocked is the stored state of a queued run that another run with its order
// key blocks.
const blocked store.State = 0

// counts are the numbers of runs of a flow that are not over.
type counts struct {
	ready, blocked, waiting, running int
}

// queued returns how many runs are in the queue, including those that wait for a
// time.
func (c counts) queued() int { return c.ready + c.blocked + c.waiting }

func (c counts) open() int { return c.queued() + c.running }

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

	ready, readyBefore int   // of all flows
	due, dueBefore     int64 // when the next waiting run is due; 0 if none waits
}

func newQueueCounts() queueCounts { return queueCounts{flows: map[string]*flowCounts{}} }

// of returns the counts of a flow.
func (c *queueCounts) of(flow string) counts {
	if f, ok := c.flows[flow]; ok {
		return f.counts
	}
	return counts{}
}

// move counts a run that changes its state. Runs that are over are not counted.
func (c *queueCounts) move(flow string, from, to store.State) {
	f, ok := c.flows[flow]
	if !ok {
		f = &flowCounts{}
		c.flows[flow] = f
	}
	if !f.changed {
		f.before, f.changed = f.counts, true
		c.changed = append(c.changed, f)
	}
	f.add(from, -1)
	f.add(to, 1)
	if from == store.Queued {
		c.ready--
	}
	if to == store.Queued {
		c.ready++
	}
}

func (c *counts) add(s store.State, by int) {
	switch s {
	case blocked:
		c.blocked += by
	case store.Queued:
		c.ready += by
	case store.Waiting:
		c.waiting += by
	case store.Running:
		c.running += by
	default: // over
	}
}

// noState is the state before a run exists.
const noState store.State = 255

// noteDue notes when a run is due, and returns whether no run is due earlier.
func (c *queueCounts) noteDue(due int64) bool {
	if c.due != 0 && c.due <= due {
		return false
	}
	c.due = due
	return true
}

// clearReady corrects the counts of a flow if the file has no more claimable
// runs: another program has changed the file.
func (c *queueCounts) clearReady(flow string) {
	f := c.flows[flow]
	c.ready -= f.ready
	f.ready = 0
}

// rollback restores the counts of the last commit.
func (c *queueCounts) rollback() {
	for _, f := range c.changed {
		f.counts = f.before
	}
	c.due, c.ready = c.dueBefore, c.readyBefore
}

// commit makes the current counts final.
func (c *queueCounts) commit() {
	for _, f := range c.changed {
		f.changed = false
	}
	clear(c.changed)
	c.changed = c.changed[:0]
	c.dueBefore, c.readyBefore = c.due, c.ready
}

// idleness tells Claim without a transaction that no run can be claimed. It is the
// time at which the next waiting run is due, 0 if none waits, or mayBeBusy.
type idleness struct{ due atomic.Int64 }

// mayBeBusy says that a run is ready, or that the state in memory may differ from the
// file.
const mayBeBusy = -1

// set takes the counts of a transaction that is durable.
func (i *idleness) set(c *queueCounts) {
	if c.ready > 0 {
		i.due.Store(mayBeBusy)
		return
	}
	i.due.Store(c.due)
}

// until reports whether no run can be claimed now, and the time until the next
// waiting run is due.
func (i *idleness) until(now int64) (next time.Duration, idle bool) {
	due := i.due.Load()
	if due == mayBeBusy || due != 0 && due <= now {
		return 0, false
	}
	return untilDue(due, now), true
}

// loadState rebuilds the state in memory from the file. Running runs without a
// lease have lost their worker, which died with its process.
func (t *tx) loadState() error {
	t.counts = newQueueCounts()
	err := t.query("SELECT flow, state, count(*) FROM runs INDEXED BY runs_open WHERE state <= 3 GROUP BY flow, state", func(v []driver.Value) error {
		for range intOf(v[2]) {
			t.counts.move(textOf(v[0]), noState, stateOf(v[1]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := t.findDue(); err != nil {
		return err
	}
	t.counts.commit()
	if _, err := t.queryRow("SELECT coalesce(max(seq), 0) + 1 FROM runs", func(v []driver.Value) { t.nextSeq = intOf(v[0]) }); err != nil {
		return err
	}
	if err := t.loadLeases(); err != nil {
		return err
	}
	t.loaded = true
	return nil
}

// findDue finds when the next waiting run is due.
func (t *tx) findDue() error {
	t.counts.due = 0
	_, err := t.queryRow("SELECT min(due) FROM runs WHERE state = 2", func(v []driver.Value) { t.counts.due = intOf(v[0]) })
	return err
}
