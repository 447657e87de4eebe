package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/webhook-gateway/gateway/store"
)

// Adopt moves runs and keys to the flow that their flow was renamed to.
func (s *Store) Adopt(ctx context.Context, a store.Adoption) (store.Adopted, error) {
	var out store.Adopted
	err := s.writer.do(ctx, func(t *tx) error {
		out = store.Adopted{}
		for _, m := range a.Keys {
			n, err := t.moveKeys(m)
			if err != nil {
				return err
			}
			out.Add(n)
		}
		if err := t.movePause(a.From, a.To); err != nil {
			return err
		}
		more, err := t.moveWindow(a.From, a.To)
		if err != nil {
			return err
		}
		out.More = out.More || more
		out.Runs, err = t.adoptRuns(a.From, a.To)
		out.More = out.More || out.Runs == store.MaxMovedRuns
		return err
	})
	return out, err
}

// adoptRuns moves queued and waiting runs of a flow to another, at most
// MaxMovedRuns, apart from those whose order key a running run has.
func (t *tx) adoptRuns(from, to string) (int, error) {
	moved, keys := 0, map[string]bool{}
	for _, state := range []store.State{store.Queued, store.Waiting, blocked} {
		n, err := t.moveRuns(from, to, state, store.MaxMovedRuns-moved, keys)
		if err != nil {
			return moved, err
		}
		moved += n
	}
	t.signalReady = t.signalReady || moved > 0
	for key := range keys {
		if err := t.reorderAdopted(from, to, []byte(key)); err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// moveRuns moves the oldest runs in a state, and collects their order keys.
func (t *tx) moveRuns(from, to string, state store.State, limit int, keys map[string]bool) (n int, err error) {
	const move = `UPDATE runs SET flow = ?2 WHERE seq IN (
			SELECT seq FROM runs o INDEXED BY runs_open WHERE flow = ?1 AND state <= 3 AND state = ?3 AND (okey IS NULL OR NOT EXISTS (
				SELECT 1 FROM runs r WHERE r.flow = ?1 AND r.okey = o.okey AND r.okey IS NOT NULL AND r.state <= 3 AND r.state = 3))
			LIMIT ?4)
		RETURNING okey`
	err = t.queryWrite(move, func(v []driver.Value) error {
		n++
		t.counts.move(from, state, noState)
		t.counts.move(to, noState, state)
		if key := blobOf(v[0]); key != nil {
			keys[string(key)] = true
		}
		return nil
	}, from, to, int64(state), int64(limit))
	return n, err
}

// reorderAdopted blocks and unblocks the runs with an order key after some of them
// were moved. In both flows, the oldest run with the key is next.
func (t *tx) reorderAdopted(from, to string, okey []byte) error {
	for _, state := range []store.State{store.Queued, store.Waiting} {
		if err := t.blockByOrderKey(to, okey, state); err != nil {
			return err
		}
	}
	if err := t.unblockNext(to, okey); err != nil {
		return err
	}
	return t.unblockNext(from, okey)
}

// blockByOrderKey blocks the runs of a flow, state and order key if a running or
// an older run has the key. The oldest run with a key stays as it is.
func (t *tx) blockByOrderKey(flow string, okey []byte, state store.State) error {
	const block = `UPDATE runs SET state = 0 WHERE flow = ?1 AND okey = ?2 AND okey IS NOT NULL AND state <= 3 AND state = ?3 AND EXISTS (
			SELECT 1 FROM runs r WHERE r.flow = ?1 AND r.okey = ?2 AND r.okey IS NOT NULL AND r.state <= 3
				AND (r.state = 3 OR r.state >= 1 AND r.seq < runs.seq))
		RETURNING state`
	return t.queryWrite(block, func([]driver.Value) error {
		t.counts.move(flow, state, blocked)
		return nil
	}, flow, okey, int64(state))
}

// moveKeys moves keys, at most MaxMovedKeys, and returns how many left their
// place.
func (t *tx) moveKeys(m store.KeyMove) (int, error) {
	const (
		first = "WHERE scope = ?1 AND (?2 IS NULL OR name = ?2) ORDER BY name LIMIT ?3"
		put   = "INSERT INTO keys (scope, name, run, value, expires) SELECT ?4, coalesce(?5, name), run, value, expires FROM keys " + first + `
			ON CONFLICT (scope, name) DO UPDATE SET run = excluded.run, value = excluded.value, expires = excluded.expires WHERE keys.expires <= ?6`
		drop = "DELETE FROM keys WHERE scope = ?1 AND name IN (SELECT name FROM keys " + first + ")"
	)
	args := []driver.Value{m.From, t.movedName(m.From, m.FromName), int64(store.MaxMovedKeys)}
	if _, err := t.exec(put, append(args, m.To, t.movedName(m.To, m.ToName), t.now)...); err != nil {
		return 0, err
	}
	n, err := t.exec(drop, args...)
	return int(n), err
}

// movedName returns a name of a KeyMove; "" is null.
func (t *tx) movedName(scope, name string) driver.Value {
	if name == "" {
		return nil
	}
	return t.hash.keyName(scope, name)
}
