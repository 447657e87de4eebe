package postgres

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/webhook-gateway/gateway/store"
)

// Claim claims queued runs for the caller.
func (s *Store) Claim(ctx context.Context, q store.ClaimQuery) (store.Claimed, error) {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return store.Claimed{}, err
	}
	defer cancel()
	before := s.notifier.beginClaim()
	var c *claimer
	err = inTransaction(ctx, s.queuePool, func(ctx context.Context, t *tx) error {
		c = &claimer{tx: t, q: &q, next: -1}
		return c.claimRuns(ctx, s.rotation.next(len(q.Flows)))
	})
	if err != nil {
		return store.Claimed{}, err
	}
	s.notifier.endClaim(before, len(c.work) < q.Limit && !c.more, c.atLimit())
	if c.more {
		s.notifier.publish()
	}
	s.readWork(ctx, c.work, q.Cached)
	return store.Claimed{Work: c.work, Next: c.next}, nil
}

// ClaimsAfterEnds returns false: claims have transactions of their own.
func (s *Store) ClaimsAfterEnds() bool { return false }

// claimer is one call of Claim.
type claimer struct {
	*tx
	q    *store.ClaimQuery
	work []store.Work
	next time.Duration
	more bool // runs are claimable that the caller did not get

	flows   []string // flows with claimable runs, all locked
	running map[string]int
	hasDue  bool // a waiting run is due
}

// dueBatch is how many waiting runs of each flow one call queues at most.
const dueBatch = 500

func (c *claimer) claimRuns(ctx context.Context, first int) error {
	if c.q.Limit <= 0 || len(c.q.Flows) == 0 {
		return nil
	}
	c.lockFlows()
	if err := c.sendAll(ctx); err != nil {
		return err
	}
	if len(c.flows) == 0 {
		c.early = false // nothing was written
		return nil
	}
	if c.hasDue {
		c.queueDue()
	}
	c.claimOldest(first)
	return nil
}

// lockFlows locks the flows that have claimable runs. It also reads how many
// runs of each flow are running, and when the next waiting run is due.
//
// It passes over flows that have as many running runs as their limit allows, so that
// claims in vain do not delay the callers of these flows. The end of a run signals
// that there is room.
func (c *claimer) lockFlows() {
	flows, limits := make([]string, len(c.q.Flows)), make([]int, len(c.q.Flows))
	for i := range c.q.Flows {
		flows[i], limits[i] = c.q.Flows[i].Flow, c.q.Flows[i].Max
	}
	c.unlockBeforeFlush()
	const isDue = "EXISTS (SELECT 1 FROM runs r WHERE r.flow = f.flow AND r.state = 2 AND r.due <= clock())"
	const hasRoom = "(u.most <= 0 OR (SELECT count(*) FROM runs r WHERE r.flow = f.flow AND r.state = 3) < u.most)"
	const lock = "SELECT f.flow, " + isDue + " FROM unnest($1::text[], $2::int[]) u (flow, most) JOIN flows f ON f.flow = u.flow" +
		" WHERE CASE WHEN f.ready > 0 OR " + isDue + " THEN " + hasRoom + " END ORDER BY f.flow FOR UPDATE OF f"
	var flow string
	var due bool
	scanRows(c.addSQL(lock, flows, limits), []any{&flow, &due}, func() error {
		c.flows = append(c.flows, flow)
		c.hasDue = c.hasDue || due
		return nil
	})
	c.running = map[string]int{}
	var n int
	scanRows(c.addSQL("SELECT flow, count(*) FROM runs WHERE flow = ANY($1) AND state = 3 GROUP BY flow", flows), []any{&flow, &n}, func() error {
		c.running[flow] = n
		return nil
	})
	const next = `SELECT (extract(epoch FROM min(w.due) - clock()) * 1000000)::bigint FROM unnest($1::text[]) f (flow)
		CROSS JOIN LATERAL (SELECT due FROM runs r WHERE r.flow = f.flow AND r.state = 2 AND r.due > clock() ORDER BY due LIMIT 1) w`
	var wait *int64
	scanRows(c.addSQL(next, flows), []any{&wait}, func() error {
		if wait != nil {
			c.next = time.Duration(*wait) * time.Microsecond
		}
		return nil
	})
}

// queueDue queues the waiting runs that are due.
func (c *claimer) queueDue() {
	const queue = `WITH due AS (
			SELECT d.id FROM unnest($1::text[]) f (flow)
			CROSS JOIN LATERAL (SELECT id FROM runs r WHERE r.flow = f.flow AND r.state = 2 AND r.due <= clock() ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED) d
		), queued AS (
			UPDATE runs r SET state = 1, due = NULL FROM due WHERE r.id = due.id RETURNING r.flow
		), n AS (SELECT flow, count(*) AS n FROM queued GROUP BY flow),
		q AS (UPDATE flows f SET ready = f.ready + n.n, waiting = f.waiting - n.n FROM n WHERE f.flow = n.flow)
		SELECT coalesce(max(n), 0) FROM n`
	var most int
	scanRows(c.addSQL(queue, c.flows, dueBatch), []any{&most}, func() error {
		if most >= dueBatch {
			c.next = 0
		}
		return nil
	})
}

// claimOldest claims the oldest run of each flow, then the second of each flow,
// and so on, so that the backlog of one flow does not delay another.
func (c *claimer) claimOldest(first int) {
	free := c.claimableFlows(first)
	q := newQuery("WITH pick AS (SELECT p.id FROM ").numberedTable("f", []column{
		columnOf("flow", "text", free, func(r *flowCapacity) string { return r.flow }),
		columnOf("room", "int", free, func(r *flowCapacity) int { return r.n }),
	}).add(` CROSS JOIN LATERAL (SELECT id, row_number() OVER (ORDER BY seq) AS place FROM (
			SELECT id, seq FROM runs r WHERE r.flow = f.flow AND r.state = 1 AND r.state <= 1 ORDER BY seq LIMIT f.room FOR UPDATE SKIP LOCKED) oldest) p
		ORDER BY p.place, f.nth LIMIT `).arg(c.q.Limit, "int").
		add("), e AS (UPDATE runs r SET state = 3, fence = r.fence + 1, started = coalesce(r.started, clock()), due = NULL, owner = ").
		arg(store.CleanText(c.q.Owner), "text").add(", lease = clock() + ").arg(roundUpMicros(c.q.Lease), "bigint").
		add(` * interval '1 microsecond' FROM pick WHERE r.id = pick.id
			RETURNING r.id, r.seq, r.fence, r.flow, r.attempt, r.retried, r.started, r.okey
		), n AS (SELECT flow, count(*) AS n FROM e GROUP BY flow),
		q AS (UPDATE flows f SET ready = f.ready - n.n FROM n WHERE f.flow = n.flow)
		SELECT e.id, e.fence, e.flow, e.attempt, e.retried, e.started, e.okey FROM e ORDER BY e.flow, e.seq`)
	c.addQuery(q).Query(c.readClaimed)
}

// flowCapacity is how many runs of a flow may be claimed.
type flowCapacity struct {
	flow string
	n    int
}

// claimableFlows returns the locked flows whose limits allow another run,
// beginning with a given one.
func (c *claimer) claimableFlows(first int) []flowCapacity {
	locked := map[string]bool{}
	for _, f := range c.flows {
		locked[f] = true
	}
	var free []flowCapacity
	for i := range c.q.Flows {
		f := c.q.Flows[(i+first)%len(c.q.Flows)]
		n := c.q.Limit
		if f.Max > 0 {
			n = min(n, f.Max-c.running[f.Flow])
		}
		if n > 0 && locked[f.Flow] {
			free = append(free, flowCapacity{f.Flow, n})
		}
	}
	return free
}

// atLimit reports whether a flow runs as many runs as its limit allows.
func (c *claimer) atLimit() bool {
	return slices.ContainsFunc(c.q.Flows, func(f store.FlowLimit) bool { return f.Max > 0 && c.running[f.Flow] >= f.Max })
}

func (c *claimer) readClaimed(rows pgx.Rows) error {
	c.work = nil
	var id [16]byte
	var w store.Work
	var okey []byte
	var started *time.Time
	targets := []any{&id, &w.Fence, &w.Flow, &w.Attempt, &w.Retried, &started, &okey}
	_, err := pgx.ForEachRow(rows, targets, func() error {
		w.ID, w.Ref, w.OrderKey, w.Started = store.ID(id).String(), claimRef(id, okey != nil), string(okey), timeOf(started)
		c.work = append(c.work, w)
		return nil
	})
	c.more = c.hasDue && len(c.work) == c.q.Limit
	return err
}

// rotation chooses the flow with which a claim begins, so that none is always
// last.
type rotation struct{ n atomic.Uint32 }

// next returns the index in a list of flows where the next claim begins.
func (t *rotation) next(length int) int {
	if length == 0 {
		return 0
	}
	return int(t.n.Add(1) % uint32(length)) //nolint:gosec // a short list
}
