package telemetry

import (
	"slices"
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

// usage counts the requests and runs of a flow. What it keeps grows with the minutes that
// have counts, to about 2 KiB, or some more if durations differ much: most of many flows
// have few. It is in few places, because each request comes here, and the memory of one
// of many flows is in no cache.
type usage struct {
	mu       sync.Mutex
	minutes  []minuteCount // of the last hour, the oldest first, without those that have no counts
	requests durationCounts
	runs     durationCounts
}

type minuteCount struct {
	at                              minute
	requests, refused, runs, failed uint32
}

// minute is a minute since 1970.
type minute uint32

func minuteOf(at time.Time) minute { return minute(at.Unix() / 60) } //nolint:gosec // until the year 10136

// countRequest counts a request that ended at a time.
func (u *usage) countRequest(at time.Time, took time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	m := u.current(at)
	m.requests++
	u.requests.add(m.at, took)
}

// countRefusal counts a request that was refused at a time, and that countRequest
// counts too.
func (u *usage) countRefusal(at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.current(at).refused++
}

// countRun counts a run that ended at a time.
func (u *usage) countRun(at time.Time, failed bool, took time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	m := u.current(at)
	m.runs++
	if failed {
		m.failed++
	}
	u.runs.add(m.at, took)
}

// current returns the minute of a time, which is the last one from then on. A time
// before it counts in the last minute.
func (u *usage) current(at time.Time) *minuteCount {
	now := minuteOf(at)
	if n := len(u.minutes); n > 0 && now <= u.minutes[n-1].at {
		return &u.minutes[n-1]
	}
	u.forget(now)
	u.minutes = append(u.minutes, minuteCount{at: now})
	return &u.minutes[len(u.minutes)-1]
}

// forget removes what is older than the hour before a minute.
func (u *usage) forget(now minute) {
	u.minutes = slices.DeleteFunc(u.minutes, func(m minuteCount) bool { return m.at+UsageMinutes <= now })
	u.requests.forget(now)
	u.runs.forget(now)
}

// read returns the hour before a time.
func (u *usage) read(at time.Time) Usage {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := Usage{Minutes: make([]UsageMinute, UsageMinutes)}
	if len(u.minutes) == 0 {
		return out
	}
	now := max(minuteOf(at), u.minutes[len(u.minutes)-1].at)
	u.forget(now)
	for _, m := range u.minutes {
		out.Minutes[UsageMinutes-1-(now-m.at)] = UsageMinute{int64(m.requests), int64(m.refused), int64(m.runs), int64(m.failed)}
	}
	out.Requests, out.Runs = u.requests.latency(), u.runs.latency()
	return out
}
