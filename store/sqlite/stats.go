package sqlite

import (
	"context"
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
	// The numbers in the text are ours; the unary plus groups by the value.
	text := fmt.Sprintf("SELECT flow, state, %s AS t, sum(n), sum(took) FROM stats WHERE span = ? AND at >= ? AND at < ?", w.group())
	args := []any{w.span, w.from, w.to}
	if q.Flow != "" {
		text += " AND flow = ?"
		args = append(args, q.Flow)
	}
	rows, err := s.readers.QueryContext(ctx, text+" GROUP BY t, flow, state HAVING sum(n) <> 0 ORDER BY t, flow, state", args...)
	if err != nil {
		return nil, s.reading(err)
	}
	defer rows.Close()
	var counts []store.Count
	for rows.Next() {
		var c store.Count
		var at, took int64
		if err := rows.Scan(&c.Flow, &c.State, &at, &c.N, &took); err != nil {
			return nil, s.reading(err)
		}
		if w.step > 0 {
			c.Time = time.Unix(at, 0)
		}
		c.Took = time.Duration(took) * time.Millisecond
		counts = append(counts, c)
	}
	return counts, s.reading(rows.Err())
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

// Depths counts the runs that are not over.
func (s *Store) Depths(ctx context.Context) ([]store.Depth, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT flow, state, count(*), min(seq) FROM runs INDEXED BY runs_open WHERE state <= 3
		GROUP BY flow, state ORDER BY flow`)
	if err != nil {
		return nil, s.reading(err)
	}
	defer rows.Close()
	var depths []store.Depth
	var oldest []int64 // seq of the first queued run of each
	for rows.Next() {
		var flow string
		var state store.State
		var n int
		var seq int64
		if err := rows.Scan(&flow, &state, &n, &seq); err != nil {
			return nil, s.reading(err)
		}
		if last := len(depths) - 1; last < 0 || depths[last].Flow != flow {
			depths, oldest = append(depths, store.Depth{Flow: flow}), append(oldest, 0)
		}
		last := len(depths) - 1
		switch d := &depths[last]; public(state) {
		case store.Queued:
			d.Queued += n
			if oldest[last] == 0 || seq < oldest[last] {
				oldest[last] = seq
			}
		case store.Waiting:
			d.Waiting += n
		default:
			d.Running += n
		}
	}
	if err := rows.Err(); err != nil {
		return nil, s.reading(err)
	}
	return depths, s.ages(ctx, depths, oldest)
}

// ages looks up when the oldest queued runs were received.
func (s *Store) ages(ctx context.Context, depths []store.Depth, seqs []int64) error {
	for i, seq := range seqs {
		if seq == 0 {
			continue
		}
		var id []byte
		err := s.readers.QueryRowContext(ctx, "SELECT coalesce((SELECT id FROM runs WHERE seq = ?), x'')", seq).Scan(&id)
		if err != nil {
			return s.reading(err)
		}
		if len(id) == len(store.ID{}) {
			depths[i].Oldest = idOf(id).Time()
		}
	}
	return nil
}
