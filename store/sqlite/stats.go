package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// Stats counts runs that are over. It reads a long time in parts, at once: thousands of
// counters lie on pages all over the file.
func (s *Store) Stats(ctx context.Context, q store.StatsQuery) ([]store.Count, error) {
	if q.Step < 0 || q.Step%time.Minute != 0 {
		return nil, errors.New("the step of statistics must be a multiple of a minute")
	}
	step := int64(q.Step / time.Second)
	windows := chooseWindows(q)
	if step == 0 { // a window does not have all of a count
		return s.readStats(ctx, windows, step, q.Flow)
	}
	parts := windows[0].split(s.clock.now()/1000, step)
	counts, errs := make([][]store.Count, len(parts)), make([]error, len(parts))
	var reading sync.WaitGroup
	for i, part := range parts {
		reading.Go(func() { counts[i], errs[i] = s.readStats(ctx, []window{part}, step, q.Flow) })
	}
	reading.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(counts...), nil
}

// readStats reads the counts of windows.
func (s *Store) readStats(ctx context.Context, in []window, step int64, flow string) ([]store.Count, error) {
	text, args := statsQuery(in, step, flow)
	var counts []store.Count
	err := s.readers.withView(ctx, func(v *view) error {
		counts = nil
		return v.queryOnce(text, func(r []driver.Value) error {
			counts = store.AddCount(counts, countFromRow(r, step))
			return nil
		}, args)
	})
	return counts, err
}

// window is a time for which the counters of a span are summed, in seconds.
type window struct {
	span, from, to int64
}

// A window is split into so many parts, of at least so many times of counters each. One
// connection that reads stays free for others.
const (
	statsParts = readConnections - 1
	partTimes  = 60
)

// split splits a window at multiples of a step. What lies before now is about the same
// in each part.
func (w window) split(now, step int64) []window {
	part := (min(w.to, now) - w.from) / statsParts / step * step
	if w.from == 0 || part < partTimes*w.span {
		return []window{w}
	}
	var parts []window
	for range statsParts - 1 {
		parts = append(parts, window{w.span, w.from, w.from + part})
		w.from += part
	}
	return append(parts, w)
}

// chooseWindows chooses the widest counters that fit. One count for the whole
// time uses counters of days, and counters of hours at both ends.
func chooseWindows(q store.StatsQuery) []window {
	step := int64(q.Step / time.Second)
	switch {
	case step == 0:
		from, to := roundOutward(q, hour)
		first, last := (from+day-1)/day*day, to/day*day
		if first >= last {
			return []window{{hour, from, to}}
		}
		return []window{{hour, from, first}, {day, first, last}, {hour, last, to}}
	case step%day == 0:
		from, to := roundOutward(q, step)
		return []window{{day, from, to}}
	case step%hour == 0:
		from, to := roundOutward(q, step)
		return []window{{hour, from, to}}
	}
	from, to := roundOutward(q, step)
	return []window{{minute, from, to}}
}

// roundOutward returns the limits of a query, rounded outward to steps of a
// width. A limit that is not set lies before or after all times.
func roundOutward(q store.StatsQuery, width int64) (from, to int64) {
	to = math.MaxInt64 / 2 / width * width
	if !q.From.IsZero() {
		from = max(q.From.Unix(), 0) / width * width
	}
	if !q.To.IsZero() {
		to = (max(q.To.UnixMilli(), 0) + width*1000 - 1) / 1000 / width * width
	}
	return from, to
}

// countersSQL returns the counters of a span as they are, in the order of the table.
// The plus keeps the driver from asking for the declared type of each text.
const countersSQL = "SELECT +flow, state, at, n, took FROM stats WHERE span = ? AND at >= ? AND at < ? AND n <> 0"

// statsQuery sums the counters of windows in steps.
func statsQuery(in []window, step int64, flow string) (string, []driver.Value) {
	if len(in) == 1 && in[0].span == step { // nothing is to be summed
		text, args := countersSQL, []driver.Value{in[0].span, in[0].from, in[0].to}
		if flow != "" {
			text, args = text+" AND +flow = ?", append(args, flow) // here it keeps the order of the table
		}
		return text + " ORDER BY span, at, flow, state", args
	}
	var parts []string
	var args []driver.Value
	for _, w := range in {
		part := "SELECT flow, state, at, n, took FROM stats WHERE span = ? AND at >= ? AND at < ?"
		args = append(args, w.span, w.from, w.to)
		if flow != "" {
			part += " AND flow = ?"
			args = append(args, flow)
		}
		parts = append(parts, part)
	}
	at := "0"
	if step > 0 {
		at = fmt.Sprintf("at / %d * %d", step, step)
	}
	return fmt.Sprintf("SELECT +flow, state, %s AS t, sum(n), sum(took) FROM (%s) GROUP BY t, flow, state HAVING sum(n) <> 0 ORDER BY t, flow, state",
		at, strings.Join(parts, " UNION ALL ")), args
}

// countFromRow reads a row of statsQuery.
func countFromRow(v []driver.Value, step int64) store.Count {
	c := store.Count{Flow: textOf(v[0]), State: stateOf(v[1]), N: intOf(v[3]), Took: time.Duration(intOf(v[4])) * time.Millisecond}
	if step > 0 {
		c.Time = time.Unix(intOf(v[2]), 0)
	}
	return c
}

// statsKey identifies a counter.
type statsKey struct {
	flow   string
	state  store.State
	minute int64 // since 1970
}

type statsValue struct {
	n, took int64
}

// statsDelta counts the runs that ended in a transaction, so that each counter
// is written once.
type statsDelta map[statsKey]statsValue

// add counts n runs that ended at a time, in milliseconds. A negative n uncounts
// them.
func (t statsDelta) add(flow string, s store.State, started, finished, n int64) {
	c := statsValue{n: n}
	if started > 0 {
		c.took = n * max(finished-started, 0)
	}
	t.addCount(statsKey{flow, s, finished / 60_000}, c)
}

func (t statsDelta) addCount(k statsKey, by statsValue) {
	c := t[k]
	t[k] = statsValue{c.n + by.n, c.took + by.took}
}

// The widths of the counters, in seconds.
const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
)

// write adds the counts to the counters.
func (t statsDelta) write(x *tx) error {
	for k, c := range t {
		for _, span := range [...]int64{minute, hour, day} {
			at := k.minute * minute / span * span
			_, err := x.exec(`INSERT INTO stats (span, at, flow, state, n, took) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET n = n + excluded.n, took = took + excluded.took`,
				span, at, k.flow, int64(k.state), c.n, c.took)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Depths counts the runs that are not over.
func (s *Store) Depths(ctx context.Context) ([]store.Depth, error) {
	var depths []store.Depth
	err := s.readers.withView(ctx, func(v *view) error {
		depths = nil
		const count = "SELECT flow, state, count(*), min(seq) FROM runs INDEXED BY runs_open WHERE state <= 3 GROUP BY flow, state ORDER BY flow"
		var oldest []int64 // seq of the first queued run of each flow
		err := v.query(count, func(v []driver.Value) error {
			last := len(depths) - 1
			if flow := textOf(v[0]); last < 0 || depths[last].Flow != flow {
				depths, oldest, last = append(depths, store.Depth{Flow: flow}), append(oldest, 0), last+1
			}
			seq := addDepth(&depths[last], stateOf(v[1]), int(intOf(v[2])), intOf(v[3]))
			if seq > 0 && (oldest[last] == 0 || seq < oldest[last]) {
				oldest[last] = seq
			}
			return nil
		})
		if err != nil {
			return err
		}
		return v.readOldest(depths, oldest)
	})
	return depths, err
}

// addDepth counts n runs in a state. It returns the seq of the first run if they
// are queued, otherwise 0.
func addDepth(d *store.Depth, s store.State, n int, first int64) int64 {
	switch publicState(s) {
	case store.Queued:
		d.Queued += n
		return first
	case store.Waiting:
		d.Waiting += n
	default:
		d.Running += n
	}
	return 0
}

// readOldest reads when the oldest queued runs were received.
func (v *view) readOldest(depths []store.Depth, seqs []int64) error {
	for i, seq := range seqs {
		if seq == 0 {
			continue
		}
		_, err := v.queryRow("SELECT id FROM runs WHERE seq = ?", func(v []driver.Value) { depths[i].Oldest = idOf(v[0]).Time() }, seq)
		if err != nil {
			return err
		}
	}
	return nil
}
