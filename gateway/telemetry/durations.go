package telemetry

import (
	"math"
	"time"
)

// Durations are counted in intervals whose bounds grow by the factor √2 from 100 µs
// to about an hour, so that a percentile is right to 20 %.
const (
	durationIntervals = 51
	shortestDuration  = 100 * time.Microsecond
	durationSlots     = 12 // of five minutes each
	slotMinutes       = UsageMinutes / durationSlots
)

// durationRing counts the durations of the last hour. Those of a flow lie near each
// other.
type durationRing [durationSlots]counts[uint32]

// add counts a duration of an interval in a minute since 1970.
func (r *durationRing) add(minute int64, interval int) {
	r[minute/slotMinutes%durationSlots].add(interval)
}

// advance empties the slots between the last minute and now.
func (r *durationRing) advance(last, now int64) {
	for slot := max(last/slotMinutes+1, now/slotMinutes-durationSlots+1); slot <= now/slotMinutes; slot++ {
		r[slot%durationSlots].reset()
	}
}

// latency returns the percentiles of all durations.
func (r *durationRing) latency() Latency {
	var sum [durationIntervals]uint64
	total := uint64(0)
	for _, slot := range r {
		for i, n := range slot.of {
			sum[slot.first+i] += uint64(n)
			total += uint64(n)
		}
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
