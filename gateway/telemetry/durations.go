package telemetry

import (
	"math"
	"slices"
	"time"
)

// Durations are counted in intervals whose bounds grow by the factor √2 from 100 µs
// to about an hour, so that a percentile is right to 20 %.
const (
	durationIntervals = 51
	shortestDuration  = 100 * time.Microsecond
	slotMinutes       = 5 // counted together
)

// durationCounts counts the durations of the last hour by five minutes and interval, the
// oldest first. Those of a flow lie near each other.
type durationCounts []durationCount

type durationCount struct {
	slot     minute // number of the five minutes
	interval int32
	n        uint32
}

// add counts a duration in a minute, which is the last one so far.
func (d *durationCounts) add(at minute, took time.Duration) {
	slot, interval := at/slotMinutes, int32(durationInterval(took)) //nolint:gosec // below 51
	for i := len(*d) - 1; i >= 0 && (*d)[i].slot == slot; i-- {
		if (*d)[i].interval == interval {
			(*d)[i].n++
			return
		}
	}
	*d = append(*d, durationCount{slot, interval, 1})
}

// forget removes what is older than the hour before a minute.
func (d *durationCounts) forget(now minute) {
	*d = slices.DeleteFunc(*d, func(c durationCount) bool { return c.slot+UsageMinutes/slotMinutes <= now/slotMinutes })
}

// latency returns the percentiles of all durations.
func (d durationCounts) latency() Latency {
	var sum [durationIntervals]uint64
	total := uint64(0)
	for _, c := range d {
		sum[c.interval] += uint64(c.n)
		total += uint64(c.n)
	}
	return Latency{P50: percentile(&sum, total, 50), P95: percentile(&sum, total, 95)}
}

// percentile returns the duration below which a percentage of all lies: the middle
// of its interval. It is zero if there is none.
func percentile(counts *[durationIntervals]uint64, total, percent uint64) time.Duration {
	rank := (total*percent + 99) / 100
	for i, n := range counts {
		if n > 0 && n >= rank {
			return time.Duration(float64(shortestDuration) * math.Pow(2, (float64(i)-0.5)/2))
		}
		rank -= min(n, rank)
	}
	return 0
}

// durationInterval returns the interval of a duration: 0 up to the shortest one.
func durationInterval(took time.Duration) int {
	if took <= shortestDuration {
		return 0
	}
	fraction, exponent := math.Frexp(float64(took) / float64(shortestDuration))
	i := 2 * (exponent - 1) // of 2^(exponent-1), which is a fraction of a half
	if fraction > 0.5 {
		i++
	}
	if fraction > 1/math.Sqrt2 {
		i++
	}
	return min(i, durationIntervals-1)
}
