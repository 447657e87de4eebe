package postgres

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// purgeBatch is how many runs, counters of a width and keys one call deletes or cuts at
// most, so that other operations do not wait long.
const purgeBatch = 500

// minCut is how many bytes of a body stay at least. The index in the migrations
// has the same number: it has no smaller bodies.
const minCut = 1024

// minCounterAge is how long counters stay at least.
const minCounterAge = 24 * time.Hour

// Purge deletes old and surplus data. Several gateways may do so at once.
func (s *Store) Purge(ctx context.Context, r store.Retention) (store.Purged, error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return store.Purged{}, err
	}
	defer cancel()
	p := &purge{Retention: r, shard: s.shard}
	for _, part := range []func(context.Context, *tx) error{p.deleteRuns, p.cutRuns, p.deleteCountersAndKeys, p.deleteFullBuckets, p.correctCounts} {
		if err := inTransaction(ctx, s.writePool, part); err != nil {
			return p.out, err
		}
	}
	if p.publish {
		s.notifier.publish()
	}
	return p.out, nil
}

// purge is one call of Purge.
type purge struct {
	store.Retention
	shard   int16
	out     store.Purged
	publish bool // runs may be claimable that were not counted
}

// deleteRuns deletes runs that ended too long ago, or the oldest runs if the
// store is too large.
func (p *purge) deleteRuns(ctx context.Context, t *tx) error {
	var now time.Time
	var bytes int64
	scanRows(t.addSQL("SELECT clock(), sum(bytes)::bigint FROM shards"), []any{&now, &bytes}, func() error { return nil })
	if err := t.sendAll(ctx); err != nil {
		return err
	}
	switch {
	case p.Bytes > 0 && bytes > p.Bytes:
		return p.deleteOldest(ctx, t, bytes-p.Bytes)
	case p.Runs > 0:
		return p.deleteExpired(ctx, t, now.Add(-p.Runs))
	}
	return nil
}

// deleteExpired deletes runs that ended before a time. A run is received before it
// ends, so the index of ids finds it. If the clocks of the two differ, the run is
// deleted when its id is as old.
func (p *purge) deleteExpired(ctx context.Context, t *tx, before time.Time) error {
	first, ok := store.FirstID(before)
	if !ok {
		return nil
	}
	olderThan := func(condition, ended string) *query {
		return newQuery(condition+" < ").arg([16]byte(first), "uuid").add(" AND "+ended+" < ").arg(before, "timestamptz")
	}
	if _, err := p.deleteRows(ctx, t, olderThan("state > 3 AND id", "finished"), math.MaxInt64); err != nil {
		return err
	}
	return p.deleteOutcomes(ctx, t, olderThan("last", "ended"), math.MaxInt64)
}

// deleteOldest deletes the oldest runs that hold so many bytes together. A row of
// outcomes is as old as its newest one.
func (p *purge) deleteOldest(ctx context.Context, t *tx, amount int64) error {
	const newest = "), 'ffffffff-ffff-ffff-ffff-ffffffffffff')"
	freed, err := p.deleteRows(ctx, t, newQuery("state > 3 AND id < coalesce((SELECT last FROM outcomes ORDER BY last LIMIT 1"+newest), amount)
	if err != nil || freed >= amount {
		return err
	}
	return p.deleteOutcomes(ctx, t, newQuery("last < coalesce((SELECT id FROM runs WHERE state > 3 ORDER BY id LIMIT 1"+newest), amount-freed)
}

// deleteRows deletes the oldest runs that match a condition, until they held so many
// bytes. It returns how many they held.
func (p *purge) deleteRows(ctx context.Context, t *tx, condition *query, most int64) (freed int64, err error) {
	q := &query{args: condition.args}
	q.add("WITH oldest AS (SELECT id, bytes FROM runs WHERE "+condition.text.String()+" ORDER BY id LIMIT ").arg(purgeBatch, "int").
		add(" FOR UPDATE SKIP LOCKED), old AS (SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS before FROM oldest)"+
			", gone AS (DELETE FROM runs r USING old WHERE r.id = old.id AND old.before < ").arg(most, "bigint").
		add(" RETURNING r.id, r.bytes), p AS (DELETE FROM payloads USING gone WHERE run = gone.id), s AS (DELETE FROM steps USING gone WHERE run = gone.id)"+
			", b AS (UPDATE shards SET bytes = shards.bytes - (SELECT coalesce(sum(gone.bytes), 0) FROM gone) WHERE shard = ").arg(p.shard, "smallint").
		add(") SELECT count(*), coalesce(sum(bytes), 0)::bigint FROM gone")
	var n int
	scanRows(t.addQuery(q), []any{&n, &freed}, func() error { return nil })
	if err := t.sendAll(ctx); err != nil {
		return 0, err
	}
	p.out.Runs = n
	// After runs were deleted for their size, the next call deletes old ones.
	p.out.More = n == purgeBatch || (n > 0 && most < math.MaxInt64)
	return freed, nil
}

// deleteCountersAndKeys deletes old counters and expired keys.
func (p *purge) deleteCountersAndKeys(ctx context.Context, t *tx) error {
	const counters = `WITH old AS (SELECT span, at, flow, state, shard FROM stats WHERE span = $1 AND at < floor(extract(epoch FROM clock()))::bigint - $2
			ORDER BY at, flow, state, shard LIMIT $3 FOR UPDATE SKIP LOCKED),
		gone AS (DELETE FROM stats s USING old WHERE (s.span, s.at, s.flow, s.state, s.shard) = (old.span, old.at, old.flow, old.state, old.shard) RETURNING 1)
		SELECT count(*) FROM gone`
	var n int
	for span, keep := range map[int]time.Duration{60: p.Minutes, 3600: p.Hours} {
		if keep > 0 {
			scanRows(t.addSQL(counters, span, int64(max(keep, minCounterAge)/time.Second), purgeBatch), []any{&n}, func() error {
				p.out.More = p.out.More || n == purgeBatch
				return nil
			})
		}
	}
	const keys = `WITH old AS (SELECT scope, name FROM keys WHERE expires <= clock() ORDER BY expires LIMIT $1 FOR UPDATE SKIP LOCKED),
		gone AS (DELETE FROM keys k USING old WHERE k.scope = old.scope AND k.name = old.name RETURNING 1) SELECT count(*) FROM gone`
	scanRows(t.addSQL(keys, purgeBatch), []any{&p.out.Keys}, func() error { return nil })
	// There are none while gateways serve the flows that watch.
	t.addSQL(`DELETE FROM watched_failures WHERE number IN (SELECT number FROM watched_failures ORDER BY number LIMIT $1 FOR UPDATE SKIP LOCKED)
		AND at < clock() - $2 * interval '1 second'`, purgeBatch, int64(store.FailureKeepTime/time.Second))
	if err := t.sendAll(ctx); err != nil {
		return err
	}
	p.out.More = p.out.More || p.out.Keys == purgeBatch
	return nil
}

// correctCounts corrects the counts of queues. Another program that changes the
// tables can make them wrong, and so can a gateway of an earlier version, which
// does not count waiting runs. Runs of a queue that counts as empty are never
// claimed.
func (p *purge) correctCounts(ctx context.Context, t *tx) error {
	if p.out.More {
		return nil
	}
	const count = "(SELECT count(*) FROM runs r WHERE r.flow = f.flow AND r.state = %d AND r.state <= %d)"
	ready, blocked, waiting := fmt.Sprintf(count, store.Queued, store.Queued), fmt.Sprintf(count, blocked, store.Queued), fmt.Sprintf(count, store.Waiting, store.Waiting)
	var wrong []string
	var flow string
	scanRows(t.addSQL("SELECT flow FROM flows f WHERE f.ready <> "+ready+" OR f.behind <> "+blocked+" OR f.waiting <> "+waiting), []any{&flow}, func() error {
		wrong = append(wrong, flow)
		return nil
	})
	if err := t.sendAll(ctx); err != nil || len(wrong) == 0 {
		return err
	}
	t.addSQL("SELECT 1 FROM flows WHERE flow = ANY($1) ORDER BY flow FOR UPDATE", wrong)
	t.addSQL("UPDATE flows f SET ready = "+ready+", behind = "+blocked+", waiting = "+waiting+" WHERE flow = ANY($1)", wrong)
	p.publish = true
	return nil
}

// cutRuns cuts large bodies and steps of runs that are over and cannot be
// requeued.
func (p *purge) cutRuns(ctx context.Context, t *tx) error {
	if p.Body <= 0 {
		return nil
	}
	limit := max(p.Body, minCut)
	var ids [][16]byte
	var id [16]byte
	// The constants let the server use the index.
	const large = "SELECT id FROM runs WHERE largest > 1024 AND state IN (4, 7, 8) AND largest > $1 ORDER BY largest LIMIT $2 FOR UPDATE SKIP LOCKED"
	scanRows(t.addSQL(large, limit, purgeBatch), []any{&id}, func() error {
		ids = append(ids, id)
		return nil
	})
	if err := t.sendAll(ctx); err != nil || len(ids) == 0 {
		return err
	}
	cut, n := p.out.Cut, 0
	const steps = `WITH c AS (UPDATE steps SET cut_from = CASE WHEN cut_from > 0 THEN cut_from ELSE coalesce(octet_length(input), 0) + coalesce(octet_length(output), 0) END,
			input = substring(input FROM 1 FOR $2::int), output = substring(output FROM 1 FOR $2::int)
			WHERE run = ANY($1::uuid[]) AND path <> '' AND greatest(octet_length(input), octet_length(output)) > $2::int RETURNING 1)
		SELECT count(*) FROM c`
	scanRows(t.addSQL(steps, ids, limit), []any{&n}, func() error {
		cut += n
		return nil
	})
	const bodies = `WITH c AS (UPDATE payloads SET body = substring(body FROM 1 FOR $2::int) WHERE run = ANY($1::uuid[]) AND octet_length(body) > $2::int RETURNING run),
		r AS (UPDATE runs SET cut = true FROM c WHERE id = c.run)
		SELECT count(*) FROM c`
	scanRows(t.addSQL(bodies, ids, limit), []any{&n}, func() error {
		cut += n
		return nil
	})
	t.addSQL("UPDATE runs SET largest = $2 WHERE id = ANY($1::uuid[])", ids, limit)
	recountBytes(t, ids, p.shard)
	if err := t.sendAll(ctx); err != nil {
		return err
	}
	p.out.Cut = cut
	p.out.More = p.out.More || len(ids) == purgeBatch
	return nil
}

// recountBytes counts the bytes of runs again.
func recountBytes(t *tx, ids [][16]byte, shard int16) {
	length := func(names ...string) string {
		sum := "0"
		for _, n := range names {
			sum += " + coalesce(octet_length(" + n + "), 0)"
		}
		return sum
	}
	size := fmt.Sprintf("%d + coalesce((SELECT %s FROM payloads p WHERE p.run = r.id), 0) + coalesce((SELECT sum(%d + %s) FROM steps s WHERE s.run = r.id), 0)",
		runBytes, length("event", "body", "variables", "response", "output", "trace"), stepBytes, length("input", "output"))
	t.addSQL(`WITH o AS (SELECT id, bytes FROM runs WHERE id = ANY($1::uuid[])),
			n AS (UPDATE runs r SET bytes = `+size+` WHERE id = ANY($1::uuid[]) RETURNING id, bytes)
		UPDATE shards SET bytes = shards.bytes + (SELECT coalesce(sum(n.bytes - o.bytes), 0) FROM n JOIN o ON o.id = n.id) WHERE shard = $2`, ids, shard)
}
