package postgres

import "github.com/webhook-gateway/gateway/store"

// unblockNext unblocks the oldest run with each order key of runs that have
// ended, if no other run has the key. It calls unblocked for each such run. The
// flows must be locked.
func unblockNext(t *tx, over []store.ID, unblocked func()) {
	const next = `WITH gone AS (
			SELECT DISTINCT flow, okey FROM runs WHERE id = ANY($1::uuid[]) AND okey IS NOT NULL AND state > 3
		), turns AS (
			SELECT n.id FROM gone g CROSS JOIN LATERAL (
				SELECT id FROM runs r WHERE r.flow = g.flow AND r.okey = g.okey AND r.okey IS NOT NULL AND r.state <= 3 AND r.state = 0 ORDER BY seq LIMIT 1
			) n
			WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.flow = g.flow AND r.okey = g.okey AND r.okey IS NOT NULL AND r.state <= 3 AND r.state >= 1)
		), moved AS (
			UPDATE runs r SET state = CASE WHEN r.due > clock() THEN 2 ELSE 1 END, due = CASE WHEN r.due > clock() THEN r.due END
			FROM turns WHERE r.id = turns.id RETURNING r.flow, r.state
		), counted AS (
			UPDATE flows f SET behind = f.behind - m.n, ready = f.ready + m.ready, waiting = f.waiting + m.n - m.ready
			FROM (SELECT flow, count(*) AS n, count(*) FILTER (WHERE state = 1) AS ready FROM moved GROUP BY flow) m
			WHERE f.flow = m.flow
		)
		SELECT 1 FROM moved`
	var one int
	scanRows(t.addSQL(next, uuidsOf(over)), []any{&one}, func() error {
		unblocked()
		return nil
	})
}

// lockFlowsOfRuns locks the flows of runs. It collects their names in locked.
func lockFlowsOfRuns(t *tx, ids []store.ID, locked map[string]bool) {
	var flow string
	const lock = "SELECT flow FROM flows WHERE flow IN (SELECT flow FROM runs WHERE id = ANY($1::uuid[])) ORDER BY flow FOR UPDATE"
	scanRows(t.addSQL(lock, uuidsOf(ids)), []any{&flow}, func() error {
		locked[flow] = true
		return nil
	})
}

// orderKeysTaken has order keys, and whether a run that is not over has them.
type orderKeysTaken map[flowOrderKey]bool

// flowOrderKey is an order key of a flow.
type flowOrderKey struct{ flow, key string }

// addQuery adds a statement that reads which of the order keys are taken.
func (k orderKeysTaken) addQuery(t *tx) {
	if len(k) == 0 {
		return
	}
	var flows []string
	var keys [][]byte
	for key := range k {
		flows, keys = append(flows, key.flow), append(keys, []byte(key.key))
	}
	q := newQuery("SELECT u.flow, u.okey FROM ").table("u", []column{{name: "flow", typ: "text", values: flows}, {name: "okey", typ: "bytea", values: keys}}).
		add(" WHERE EXISTS (SELECT 1 FROM runs r WHERE r.flow = u.flow AND r.okey = u.okey AND r.okey IS NOT NULL AND r.state <= 3)")
	var flow string
	var okey []byte
	scanRows(t.addQuery(q), []any{&flow, &okey}, func() error {
		k[flowOrderKey{flow, string(okey)}] = true
		return nil
	})
}
