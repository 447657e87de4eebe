package sqlite

import (
	"database/sql/driver"
	"math"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/store"
)

// lease is the claim of a run, as the process knows it.
type lease struct {
	id      store.ID
	flow    string
	owner   string
	fence   int64
	okey    []byte
	started int64         // when the run was first claimed
	until   time.Duration // in elapsed time
}

// leaseEnded is the end of a lease whose worker died with its process.
const leaseEnded = time.Duration(math.MinInt64)

// leases are the leases of all claimed runs, by seq. They live in memory: no
// other process can claim a run, and when this one dies its leases end. State
// and fence in the file guard the writes.
type leases struct {
	clock *steadyClock

	mu    sync.Mutex
	known map[int64]lease
}

func newLeases(c *steadyClock) *leases { return &leases{clock: c, known: map[int64]lease{}} }

func (l *leases) put(seq int64, entry lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known[seq] = entry
}

func (l *leases) get(seq int64) (lease, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry, ok := l.known[seq]
	return entry, ok
}

func (l *leases) drop(seq int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.known, seq)
}

// endAfter returns the elapsed time at which a lease of a length ends.
func (l *leases) endAfter(d time.Duration) time.Duration { return l.clock.elapsed() + d }

// extend makes the leases of the claims end after d, and returns the lost
// claims.
func (l *leases) extend(d time.Duration, claims []store.Claim) (lost []store.Claim) {
	until := l.endAfter(d)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range claims {
		entry, ok := l.known[c.Ref]
		if !ok || entry.fence != c.Fence {
			lost = append(lost, c)
			continue
		}
		entry.until = until
		l.known[c.Ref] = entry
	}
	return lost
}

// takeExpired removes leases that have ended, at most n, so that they cannot be
// extended.
func (l *leases) takeExpired(n int) (taken map[int64]lease, more bool) {
	now := l.clock.elapsed()
	l.mu.Lock()
	defer l.mu.Unlock()
	taken = map[int64]lease{}
	for seq, entry := range l.known {
		if entry.until > now {
			continue
		}
		if len(taken) >= n {
			return taken, true
		}
		taken[seq] = entry
		delete(l.known, seq)
	}
	return taken, false
}

// loadLeases makes leases for the running runs.
func (t *tx) loadLeases() error {
	running := map[int64]lease{}
	const list = "SELECT seq, id, flow, fence, started, okey FROM runs INDEXED BY runs_open WHERE state <= 3 AND state = 3"
	err := t.query(list, func(v []driver.Value) error {
		running[intOf(v[0])] = lease{
			id: idOf(v[1]), flow: textOf(v[2]), fence: intOf(v[3]), started: intOf(v[4]), okey: blobOf(v[5]), until: leaseEnded,
		}
		return nil
	})
	if err == nil {
		t.leases.replace(running)
	}
	return err
}

// replace makes the leases those of the running runs. A known lease of the same
// claim stays.
func (l *leases) replace(running map[int64]lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for seq, entry := range running {
		if old, ok := l.known[seq]; ok && old.fence == entry.fence {
			running[seq] = old
		}
	}
	l.known = running
}
