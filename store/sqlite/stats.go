package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Stats counts runs that are over.
func (s *Store) Stats(ctx context.Context, q store.StatsQuery) ([]store.Count, error) {
	w, err := windowOf(q)
	if err != nil {
		return nil, err
	}
	query := fmt.Sprintf("SELECT flow, state, %s AS t, sum(n), sum(took) FROM stats WHERE span = ? AND at >= ? AND at < ?", w.group())
	args := []driver.Value{w.span, w.from, w.to}
	if q.Flow != "" {
		query += " AND flow = ?"
		args = append(args, q.Flow)
	}
	var counts []store.Count
	err = s.readers.use(ctx, func(v *view) error {
		return v.queryMade(query+" GROUP BY t, flow, state HAVING sum(n) <> 0 ORDER BY t, flow, state", w.reader(&counts), args)
	})
	return counts, err
}

// window says which counters a query adds up, in seconds.
type window struct {
	span, step, from, to int64
}

func windowOf(q store.StatsQuery) (window, error) {
	if q.Step < 0 || q.Step%time.Minute != 0 {
		return window{}, errors.New("the step of statistics must be a multiple of a minute")
	}
	w := window{span: 3600, step: int64(q.Step / time.Second), to: math.MaxInt64}
	if w.step%3600 != 0 {
		w.span = 60
	}
	width := max(w.step, w.span)
	if !q.From.IsZero() {
		w.from = q.From.Unix() / width * width
	}
	if !q.To.IsZero() {
		w.to = (q.To.UnixMilli() + width*1000 - 1) / 1000 / width * width
	}
	return w, nil
}

func (w window) group() string {
	if w.step == 0 {
		return "0"
	}
	return fmt.Sprintf("at / %d * %d", w.step, w.step)
}

// reader appends the rows of a query to counts.
func (w window) reader(counts *[]store.Count) row {
	return func(v []driver.Value) error {
		c := store.Count{Flow: text(v[0]), State: stateOf(v[1]), N: integer(v[3]), Took: time.Duration(integer(v[4])) * time.Millisecond}
		if w.step > 0 {
			c.Time = time.Unix(integer(v[2]), 0)
		}
		*counts = append(*counts, c)
		return nil
	}
}
