package postgres

import (
	"context"
	"fmt"
)

// cutRuns cuts the bodies and steps of runs that need them no more.
func (p *purge) cutRuns(ctx context.Context, t *tx) error {
	if p.Body <= 0 {
		return nil
	}
	limit := max(p.Body, leastCut)
	var ids [][16]byte
	var id [16]byte
	// The constants make the index fit.
	const large = "SELECT id FROM runs WHERE largest > 1024 AND state IN (4, 7, 8) AND largest > $1 ORDER BY largest LIMIT $2 FOR UPDATE SKIP LOCKED"
	each(t.queue(large, limit, purgeBatch), []any{&id}, func() error {
		ids = append(ids, id)
		return nil
	})
	if err := t.send(ctx); err != nil || len(ids) == 0 {
		return err
	}
	cut, n := p.out.Cut, 0
	const steps = `WITH c AS (UPDATE steps SET cut_from = CASE WHEN cut_from > 0 THEN cut_from ELSE coalesce(octet_length(input), 0) + coalesce(octet_length(output), 0) END,
			input = substring(input FROM 1 FOR $2::int), output = substring(output FROM 1 FOR $2::int)
			WHERE run = ANY($1::uuid[]) AND greatest(octet_length(input), octet_length(output)) > $2::int RETURNING 1)
		SELECT count(*) FROM c`
	each(t.queue(steps, ids, limit), []any{&n}, func() error {
		cut += n
		return nil
	})
	const bodies = `WITH c AS (UPDATE payloads SET body = substring(body FROM 1 FOR $2::int) WHERE run = ANY($1::uuid[]) AND octet_length(body) > $2::int RETURNING run),
		r AS (UPDATE runs SET cut = true FROM c WHERE id = c.run)
		SELECT count(*) FROM c`
	each(t.queue(bodies, ids, limit), []any{&n}, func() error {
		cut += n
		return nil
	})
	t.queue("UPDATE runs SET largest = $2 WHERE id = ANY($1::uuid[])", ids, limit)
	resize(t, ids, p.shard)
	if err := t.send(ctx); err != nil {
		return err
	}
	p.out.Cut = cut
	p.out.More = p.out.More || len(ids) == purgeBatch
	return nil
}

// resize queues that the bytes of runs are counted anew.
func resize(t *tx, ids [][16]byte, shard int16) {
	length := func(names ...string) string {
		sum := "0"
		for _, n := range names {
			sum += " + coalesce(octet_length(" + n + "), 0)"
		}
		return sum
	}
	size := fmt.Sprintf("%d + coalesce((SELECT %s FROM payloads p WHERE p.run = r.id), 0) + coalesce((SELECT sum(%d + %s) FROM steps s WHERE s.run = r.id), 0)",
		runBytes, length("event", "body", "variables", "response", "output"), stepBytes, length("input", "output"))
	t.queue(`WITH o AS (SELECT id, bytes FROM runs WHERE id = ANY($1::uuid[])),
			n AS (UPDATE runs r SET bytes = `+size+` WHERE id = ANY($1::uuid[]) RETURNING id, bytes)
		UPDATE shards SET bytes = shards.bytes + (SELECT coalesce(sum(n.bytes - o.bytes), 0) FROM n JOIN o ON o.id = n.id) WHERE shard = $2`, ids, shard)
}
