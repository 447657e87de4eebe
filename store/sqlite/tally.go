package sqlite

import "github.com/webhook-gateway/gateway/store"

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
	k := statsKey{flow, s, finished / 60_000}
	c := t[k]
	c.n += n
	if started > 0 {
		c.took += n * max(finished-started, 0)
	}
	t[k] = c
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
