package postgres

import (
	"context"
	"slices"

	"github.com/webhook-gateway/gateway/store"
)

// Adopt moves runs and keys to the flow that their flow was renamed to. It locks
// nothing if there is nothing to move.
func (s *Store) Adopt(ctx context.Context, a store.Adoption) (store.Adopted, error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return store.Adopted{}, err
	}
	defer cancel()
	a.Keys = s.hashMovedNames(a.Keys)
	var out store.Adopted
	err = inTransaction(ctx, s.writePool, func(ctx context.Context, t *tx) error {
		out = store.Adopted{}
		found := false
		findAdoptable(t, &a, &found)
		if err := t.sendAll(ctx); err != nil || !found {
			return err
		}
		lockAdopted(t, &a)
		for _, m := range a.Keys {
			moveKeys(t, m, &out)
		}
		movePause(t, a.From, a.To)
		if err := moveWindow(ctx, t, a.From, a.To, &out); err != nil {
			return err
		}
		adoptRuns(t, &a, &out)
		return nil
	})
	if err == nil && out.Runs > 0 {
		s.notifier.publish()
	}
	return out, err
}

// findAdoptable adds a statement that reads whether there is anything to move.
func findAdoptable(t *tx, a *store.Adoption, found *bool) {
	scopes, names := make([]string, len(a.Keys)), make([][]byte, len(a.Keys))
	for i, m := range a.Keys {
		scopes[i], names[i] = m.From, nullBlob([]byte(m.FromName))
	}
	const find = `SELECT EXISTS (SELECT 1 FROM runs WHERE flow = $1 AND state <= 2)
		OR EXISTS (SELECT 1 FROM unnest($2::text[], $3::bytea[]) u (scope, name) JOIN keys k ON k.scope = u.scope AND (u.name IS NULL OR k.name = u.name))
		OR EXISTS (SELECT 1 FROM pauses WHERE flow = $1)
		OR EXISTS (SELECT 1 FROM watched_failures WHERE watcher = $1) OR EXISTS (SELECT 1 FROM failure_windows WHERE watcher = $1)`
	scanRows(t.addSQL(find, a.From, scopes, names), []any{found}, func() error { return nil })
}

// lockAdopted adds statements that lock both flows.
func lockAdopted(t *tx, a *store.Adoption) {
	flows := []string{a.From, a.To}
	t.addSQL("INSERT INTO flows (flow) SELECT f FROM unnest($1::text[]) f ORDER BY f ON CONFLICT DO NOTHING", flows)
	t.addSQL("SELECT 1 FROM flows WHERE flow = ANY($1::text[]) ORDER BY flow FOR UPDATE", flows)
}

// moveKeys adds a statement that moves keys, at most MaxMovedKeys, and counts
// those that left their place.
func moveKeys(t *tx, m store.KeyMove, out *store.Adopted) {
	const move = `WITH gone AS (
			DELETE FROM keys k USING (
				SELECT scope, name FROM keys WHERE scope = $1 AND ($2::bytea IS NULL OR name = $2) ORDER BY name LIMIT $3 FOR UPDATE
			) first WHERE k.scope = first.scope AND k.name = first.name RETURNING k.name, k.run, k.value, k.expires
		), put AS (
			INSERT INTO keys AS k (scope, name, run, value, expires)
			SELECT $4, coalesce($5::bytea, g.name), g.run, g.value, g.expires FROM gone g ORDER BY g.name
			ON CONFLICT (scope, name) DO UPDATE SET run = excluded.run, value = excluded.value, expires = excluded.expires WHERE k.expires <= clock()
		)
		SELECT count(*) FROM gone`
	var n int
	scanRows(t.addSQL(move, m.From, nullBlob([]byte(m.FromName)), store.MaxMovedKeys, m.To, nullBlob([]byte(m.ToName))), []any{&n}, func() error {
		out.Add(n)
		return nil
	})
}

// hashMovedNames returns the moves with names as the table stores them.
func (s *Store) hashMovedNames(moves []store.KeyMove) []store.KeyMove {
	out := slices.Clone(moves)
	for i := range out {
		if m := &out[i]; m.FromName != "" {
			m.FromName, m.ToName = s.options.KeyHash.KeyName(m.From, m.FromName), s.options.KeyHash.KeyName(m.To, m.ToName)
		}
	}
	return out
}

// adoptRuns adds statements that move the queued and waiting runs, apart from
// those whose order key a running run has, and that block moved runs whose order
// key another run has. Then they count both queues. The flows must be locked.
func adoptRuns(t *tx, a *store.Adoption, out *store.Adopted) {
	const move = `WITH moved AS (
			UPDATE runs SET flow = $2 WHERE flow = $1 AND state <= 2 AND (okey IS NULL OR NOT EXISTS (
				SELECT 1 FROM runs r WHERE r.flow = $1 AND r.okey = runs.okey AND r.okey IS NOT NULL AND r.state <= 3 AND r.state = 3))
			RETURNING 1
		) SELECT count(*) FROM moved`
	scanRows(t.addSQL(move, a.From, a.To), []any{&out.Runs}, func() error { return nil })
	// The oldest run with a key stays as it is, unless a run with the key is running.
	const block = `UPDATE runs SET state = 0 WHERE flow = $1 AND okey IS NOT NULL AND state <= 3 AND state IN (1, 2) AND EXISTS (
			SELECT 1 FROM runs r WHERE r.flow = $1 AND r.okey = runs.okey AND r.okey IS NOT NULL AND r.state <= 3
				AND (r.state = 3 OR r.state >= 1 AND r.seq < runs.seq))`
	t.addSQL(block, a.To)
	const count = `UPDATE flows f SET
			ready = (SELECT count(*) FROM runs r WHERE r.flow = f.flow AND r.state <= 1 AND r.state = 1),
			behind = (SELECT count(*) FROM runs r WHERE r.flow = f.flow AND r.state <= 1 AND r.state = 0),
			waiting = (SELECT count(*) FROM runs r WHERE r.flow = f.flow AND r.state = 2)
		WHERE f.flow = ANY($1::text[])`
	t.addSQL(count, []string{a.From, a.To})
}
