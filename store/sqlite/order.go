package sqlite

import (
	"database/sql/driver"

	"github.com/webhook-gateway/gateway/store"
)

// openRun has the fields of a run that is not over which moving it needs.
type openRun struct {
	seq     int64
	id      store.ID
	flow    string
	state   store.State // as stored
	started int64
	okey    []byte
}

// orderKeyTaken reports whether a run with the order key is not over. Then the
// next one is blocked.
func (t *tx) orderKeyTaken(flow string, okey []byte) (bool, error) {
	return t.queryRow("SELECT 1 FROM runs WHERE flow = ? AND okey = ? AND okey IS NOT NULL AND state <= 3 LIMIT 1",
		func([]driver.Value) {}, flow, okey)
}

// unblockNext unblocks the oldest run with an order key, if no other run has the
// key.
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
	if due > t.now { // its delay has not passed yet
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

// noteDue notes when a run is due, and signals if no other run is due earlier.
func (t *tx) noteDue(due int64) {
	if t.counts.noteDue(due) {
		t.signalReady = true
	}
}

// oldestUnclaimed finds the oldest queued run of a flow that was never claimed.
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

// endRun ends a run that is not over, for another caller than its worker.
func (t *tx) endRun(r openRun, to store.State, why store.Cause) error {
	why = why.Clean()
	const (
		end = `UPDATE runs SET state = ?, finished = ?, due = NULL, reason = ?, class = ?, action = ?, position = ?, message = ?, detail = ?, failure = ?
			WHERE seq = ?`
		// A cancelled run keeps the error of its last attempt.
		cancel = `UPDATE runs SET state = ?, finished = ?, due = NULL, reason = ?, class = coalesce(?, class), action = coalesce(?, action),
			position = coalesce(?, position), message = coalesce(?, message), detail = coalesce(?, detail), failure = ? WHERE seq = ?`
	)
	text := end
	if to == store.Cancelled {
		text = cancel
	}
	_, err := t.exec(text, int64(to), t.now, nullText(why.Reason), nullText(why.Class), nullText(why.Action), nullText(why.Position), nullText(why.Message), nullText(why.Detail), failureOf(to, &why), r.seq)
	if err != nil {
		return err
	}
	t.countEnded(r, to)
	if r.state == store.Running {
		t.onCommit(func() { t.leases.drop(r.seq) })
	}
	if r.state == blocked {
		return nil // it blocked no other run
	}
	return t.unblockNext(r.flow, r.okey)
}

// countEnded counts a run that has ended.
func (t *tx) countEnded(r openRun, to store.State) {
	t.counts.move(r.flow, r.state, to)
	t.stats.add(r.flow, to, r.started, t.now, 1)
	if r.state == store.Running && t.counts.of(r.flow).ready > 0 {
		t.signalReady = true // another run of the flow may start
	}
}
