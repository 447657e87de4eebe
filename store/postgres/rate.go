package postgres

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/ratelimit"
	"github.com/webhook-gateway/gateway/store"
	"github.com/webhook-gateway/gateway/store/batch"
)

var _ store.Rates = (*Store)(nil)

// rateTimeout limits a transaction of rates. Callers wait for the decision before
// they answer a request.
const rateTimeout = 500 * time.Millisecond

// TakeRate takes a request from the bucket of a key.
func (s *Store) TakeRate(ctx context.Context, flow, key string, r ratelimit.Rate) (ratelimit.Result, error) {
	op := &rateOp{key: []byte(s.options.KeyHash.RateKey(flow, key)), rate: r}
	if err := s.rateBatcher.Do(ctx, op); err != nil {
		return ratelimit.Result{}, err
	}
	return r.Result(op.taken, op.used), nil
}

// rateOp is a request for the bucket of a key.
type rateOp struct {
	key   []byte
	rate  ratelimit.Rate
	taken bool
	used  time.Duration // after which the bucket is full
}

func (r *rateOp) size() int { return len(r.key) }

// commitRateBatch decides about requests in one trip. All transactions lock the
// buckets in the order of their keys.
func (s *Store) commitRateBatch(ops []*batch.Op[*rateOp]) error {
	ctx, cancel := clock.WithTimeout(context.Background(), s.options.Clock, rateTimeout)
	defer cancel()
	sorted := slices.Clone(ops)
	slices.SortStableFunc(sorted, func(a, b *batch.Op[*rateOp]) int { return bytes.Compare(a.Value.key, b.Value.key) })
	err := inTransaction(ctx, s.ratePool, func(_ context.Context, t *tx) error {
		for _, o := range sorted {
			o.Value.addTake(t)
		}
		return nil
	})
	return wrapUnavailable(err)
}

// rateNow is the clock of the server in nanoseconds since 1970.
const rateNow = "(extract(epoch FROM clock()) * 1000000)::bigint * 1000"

// takeRate has the arguments key, interval and capacity. A bucket that is fuller
// than its capacity was used at a slower rate.
const takeRate = `INSERT INTO rate_limits AS r (key_hash, filled, taken) VALUES ($1::bytea, ` + rateNow + ` + $2::bigint, true)
	ON CONFLICT (key_hash) DO UPDATE SET
		taken = r.filled + $2::bigint <= ` + rateNow + ` + $3::bigint,
		filled = CASE WHEN r.filled + $2::bigint <= ` + rateNow + ` + $3::bigint THEN greatest(r.filled, ` + rateNow + `) + $2::bigint
			ELSE least(r.filled, ` + rateNow + ` + $3::bigint) END
	RETURNING taken, filled - ` + rateNow

// addTake adds the statement that takes the request.
func (r *rateOp) addTake(t *tx) {
	q := t.addSQL(takeRate, r.key, int64(r.rate.Interval()), int64(r.rate.Capacity()))
	var used int64
	scanRows(q, []any{&r.taken, &used}, func() error {
		r.used = time.Duration(max(used, 0))
		return nil
	})
}

// ratePurgeBatch is how many full buckets one call deletes at most. Their rows are
// small.
const ratePurgeBatch = 10_000

// deleteFullBuckets deletes the buckets that are full: a missing one counts as
// full.
func (p *purge) deleteFullBuckets(ctx context.Context, t *tx) error {
	const full = `WITH old AS (SELECT key_hash FROM rate_limits WHERE filled <= ` + rateNow + ` LIMIT $1 FOR UPDATE SKIP LOCKED),
		gone AS (DELETE FROM rate_limits r USING old WHERE r.key_hash = old.key_hash RETURNING 1) SELECT count(*) FROM gone`
	var n int
	scanRows(t.addSQL(full, ratePurgeBatch), []any{&n}, func() error { return nil })
	if err := t.sendAll(ctx); err != nil {
		return err
	}
	p.out.More = p.out.More || n == ratePurgeBatch
	return nil
}
