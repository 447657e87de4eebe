package postgres

import (
	"context"
	"time"

	"github.com/webhook-gateway/gateway/internal/clock"
)

// The server's clock is the clock of the store. When it is set back, what waits
// for a time would wait for longer, maybe years. So the latest time is noted now
// and then, and whoever finds that it lies ahead brings forward by as much all
// that waits: delays, leases and keys. What was noted when something happened
// stays as it is.

const (
	// clockPeriod is how often the clock is looked at.
	clockPeriod = 10 * time.Second
	// clockSlack is by how much the clock may go back without a consequence.
	clockSlack = 2 * time.Second
)

// watchClock looks at the clock until the context ends.
func (s *Store) watchClock(ctx context.Context) {
	for clock.Sleep(ctx, s.options.Clock, clockPeriod) == nil {
		_ = s.checkClock(ctx) // an error shows again after the next period
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
		// Another gateway that is at it does it for this one.
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

// bringForward queues that all that waits for a time does so for less.
func shiftDeadlines(t *tx, micros int64) {
	for _, change := range []string{
		"UPDATE runs SET due = due - $1 * interval '1 microsecond' WHERE due IS NOT NULL AND state = 2",
		"UPDATE runs SET due = due - $1 * interval '1 microsecond' WHERE due IS NOT NULL AND state <= 1",
		"UPDATE runs SET lease = lease - $1 * interval '1 microsecond' WHERE state = 3",
		"UPDATE keys SET expires = expires - $1 * interval '1 microsecond'",
	} {
		t.addSQL(change, micros)
	}
}
