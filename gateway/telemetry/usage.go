package telemetry

import (
	"sync"
	"time"
)

// UsageMinutes is the number of minutes for which the usage of a flow is kept.
const UsageMinutes = 60

// Usage are the requests and runs of a flow in this process in the last hour.
type Usage struct {
	Minutes  []UsageMinute // the oldest first, the last one is the current minute
	Requests Latency       // from the header of a request to the written answer
	Runs     Latency
}

// UsageMinute counts one minute.
type UsageMinute struct {
	Requests int64 // all of them, refused ones included
	Refused  int64 // requests that were refused
	Runs     int64 // that ended
	Failed   int64 // runs that failed
}

// Latency are two percentiles of durations; zero if there is none.
type Latency struct{ P50, P95 time.Duration }

// usage counts the requests and runs of a flow in a ring of minutes. It takes 2 KiB
// from the first request or run of the flow, and some bytes more for durations that
// differ much.
type usage struct {
	mu   sync.Mutex
	ring *usageRing // nil before the first count
}

// usageRing holds the last hour.
type usageRing struct {
	last     int64 // the latest minute since 1970
	minutes  [UsageMinutes]minuteCount
	requests durationRing
	runs     durationRing
}

type minuteCount struct{ requests, refused, runs, failed uint32 }

// countRequest counts a request that ended at a time.
func (u *usage) countRequest(at time.Time, took time.Duration) {
	interval := durationInterval(took)
	u.mu.Lock()
	defer u.mu.Unlock()
	r := u.advance(at)
	r.current().requests++
	r.requests.add(r.last, interval)
}

// countRefusal counts a request that was refused at a time, and that countRequest
// counts too.
func (u *usage) countRefusal(at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.advance(at).current().refused++
}

// countRun counts a run that ended at a time.
func (u *usage) countRun(at time.Time, failed bool, took time.Duration) {
	interval := durationInterval(took)
	u.mu.Lock()
	defer u.mu.Unlock()
	r := u.advance(at)
	r.current().runs++
	if failed {
		r.current().failed++
	}
	r.runs.add(r.last, interval)
}

// read returns the hour before a time.
func (u *usage) read(now time.Time) Usage {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := Usage{Minutes: make([]UsageMinute, UsageMinutes)}
	if u.ring == nil {
		return out
	}
	r := u.advance(now)
	for i := range out.Minutes {
		m := r.minutes[(r.last+1+int64(i))%UsageMinutes]
		out.Minutes[i] = UsageMinute{int64(m.requests), int64(m.refused), int64(m.runs), int64(m.failed)}
	}
	out.Requests, out.Runs = r.requests.latency(), r.runs.latency()
	return out
}

// advance returns the ring, in which the minute of a time is the last one. A time
// before it counts in the last minute.
func (u *usage) advance(at time.Time) *usageRing {
	now := at.Unix() / 60
	if u.ring == nil {
		u.ring = &usageRing{last: now}
	}
	r := u.ring
	if now <= r.last {
		return r
	}
	for m := max(r.last+1, now-UsageMinutes+1); m <= now; m++ {
		r.minutes[m%UsageMinutes] = minuteCount{}
	}
	r.requests.advance(r.last, now)
	r.runs.advance(r.last, now)
	r.last = now
	return r
}

func (r *usageRing) current() *minuteCount { return &r.minutes[r.last%UsageMinutes] }
