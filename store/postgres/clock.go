package postgres

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// The server's clock is the clock of the store. If it is set back, everything
// that waits for a time would wait longer, perhaps for years. So gateways
// regularly save the latest time that they have seen. A gateway that finds the
// saved time ahead of the clock moves delays, leases, keys and buckets back by the
// difference. Times that record an event do not change.

const (
	// clockPeriod is how often a gateway compares the clock with the saved
	// time.
	clockPeriod = 10 * time.Second
	// clockSlack is by how much the clock may go back without an effect.
	clockSlack = 2 * time.Second
)

// watchClock checks the clock until the context ends.
func (s *Store) watchClock(ctx context.Context) {
	for clock.Sleep(ctx, s.options.Clock, clockPeriod) == nil {
		_ = s.checkClock(ctx) // the next check repeats the error
	}
}

func (s *Store) checkClock(ctx context.Context) error {
	ctx, cancel, err := s.detachContext(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	moved := false
	err = inTransaction(ctx, s.writePool, func(ctx context.Context, t *tx) error {
		moved = false
		var ahead time.Duration
		var micros int64
		// SKIP LOCKED: if another gateway has the row, it does the same check
		// now.
		const look = "SELECT (extract(epoch FROM latest - clock()) * 1000000)::bigint FROM clocks FOR UPDATE SKIP LOCKED"
		scanRows(t.addSQL(look), []any{&micros}, func() error {
			ahead = time.Duration(micros) * time.Microsecond
			return nil
		})
		if err := t.sendAll(ctx); err != nil {
			return err
		}
		if ahead > clockSlack {
			moved = true
			shiftDeadlines(t, micros)
		}
		if ahead > clockSlack || ahead < 0 {
			t.addSQL("UPDATE clocks SET latest = clock()")
		}
		return nil
	})
	if err == nil && moved {
		s.notifier.publish()
	}
	return err
}

// shiftDeadlines brings forward everything that waits for a time.
func shiftDeadlines(t *tx, micros int64) {
	for _, change := range []string{
		"UPDATE runs SET due = due - $1 * interval '1 microsecond' WHERE due IS NOT NULL AND state = 2",
		"UPDATE runs SET due = due - $1 * interval '1 microsecond' WHERE due IS NOT NULL AND state <= 1",
		"UPDATE runs SET lease = lease - $1 * interval '1 microsecond' WHERE state = 3",
		"UPDATE keys SET expires = expires - $1 * interval '1 microsecond'",
		"UPDATE rate_limits SET filled = filled - $1::bigint * 1000",
		"UPDATE certificate_locks SET expires = expires - $1 * interval '1 microsecond'",
	} {
		t.addSQL(change, micros)
	}
}
