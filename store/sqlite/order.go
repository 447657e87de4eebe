package sqlite

import (
	"database/sql/driver"

	"github.com/webhook-gateway/gateway/store"
)

// openRun is a run that is not over, as far as moving it needs to know it.
type openRun struct {
	seq     int64
	id      store.ID
	flow    string
	state   store.State // as in the file
	started int64
	okey    []byte
}

// orderKey is what the file keeps of an order key.
func orderKeyBytes(key string) []byte { return []byte(store.ShortName(key)) }

// turnTaken tells whether a run with the order key is open: the next has to
// queue behind it.
func (t *tx) orderKeyTaken(flow string, okey []byte) (bool, error) {
	return t.queryRow("SELECT 1 FROM runs WHERE flow = ? AND okey = ? AND okey IS NOT NULL AND state <= 3 LIMIT 1",
		func([]driver.Value) {}, flow, okey)
}

// nextTurn lets the oldest run behind an order key have its turn, once no other
// has it.
func (t *tx) unblockNext(flow string, okey []byte) error {
	if len(okey) == 0 {
		return nil
	}
	const others = "SELECT 1 FROM runs WHERE flow = ? AND okey = ? AND okey IS NOT NULL AND state <= 3 AND state >= 1 LIMIT 1"
	busy, err := t.queryRow(others, func([]driver.Value) {}, flow, okey)
	if err != nil || busy {
		return err
	}
	const oldest = "SELECT seq, due FROM runs WHERE flow = ? AND okey = ? AND okey IS NOT NULL AND state <= 3 AND state = 0 ORDER BY seq LIMIT 1"
	var seq, due int64
	found, err := t.queryRow(oldest, func(v []driver.Value) { seq, due = intOf(v[0]), intOf(v[1]) }, flow, okey)
	if err != nil || !found {
		return err
	}
	to := store.Queued
	if due > t.now { // it was delayed when it came, and that goes on
		to = store.Waiting
		t.noteDue(due)
	}
	if _, err := t.exec("UPDATE runs SET state = ? WHERE seq = ?", int64(to), seq); err != nil {
		return err
	}
	t.counts.move(flow, blocked, to)
	t.signalReady = t.signalReady || to == store.Queued
	return nil
}

// waits notes that a run is due at a time, and wakes who has to know of it.
func (t *tx) noteDue(due int64) {
	if t.counts.noteDue(due) {
		t.signalReady = true
	}
}

// oldestUnbegun finds the queued run of a flow that came first of those that
// were never claimed.
func (t *tx) oldestUnclaimed(flow string) (oldest openRun, found bool, err error) {
	const in = "SELECT seq, id, state, okey FROM runs WHERE flow = ? AND state <= 3 AND state = ? AND fence = 0 ORDER BY seq LIMIT 1"
	for _, state := range []store.State{store.Queued, blocked} {
		_, err = t.queryRow(in, func(v []driver.Value) {
			if seq := intOf(v[0]); !found || seq < oldest.seq {
				oldest = openRun{seq: seq, id: idOf(v[1]), flow: flow, state: stateOf(v[2]), okey: blobOf(v[3])}
			}
			found = true
		}, flow, int64(state))
		if err != nil {
			return oldest, false, err
		}
	}
	return oldest, found, nil
}

// end ends an open run by another hand than its holder's.
func (t *tx) endRun(r openRun, to store.State, why store.Cause) error {
	why = why.Clean()
	_, err := t.exec(`UPDATE runs SET state = ?, finished = ?, due = NULL, reason = ?, class = ?, action = ?, position = ?, message = ?
		WHERE seq = ?`, int64(to), t.now, nullText(why.Reason), nullText(why.Class), nullText(why.Action), nullText(why.Position), nullText(why.Message), r.seq)
	if err != nil {
		return err
	}
	t.countEnded(r, to)
	if r.state == store.Running {
		t.onCommit(func() { t.leases.drop(r.seq) })
	}
	if r.state == blocked {
		return nil // it had no turn to give up
	}
	return t.unblockNext(r.flow, r.okey)
}

// ended counts a run that is over now.
func (t *tx) countEnded(r openRun, to store.State) {
	t.counts.move(r.flow, r.state, to)
	t.stats.add(r.flow, to, r.started, t.now, 1)
	if r.state == store.Running && t.counts.of(r.flow).ready > 0 {
		t.signalReady = true // its place is free
	}
}
