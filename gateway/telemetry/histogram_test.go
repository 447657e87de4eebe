package telemetry

import (
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// TestHistogramLikeLibrary: the same durations give the same metric as a histogram of
// the library.
func TestHistogramLikeLibrary(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // durations of a test
	for round := range 50 {
		library := prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "a", Help: "b", Buckets: latencyBounds[:],
			NativeHistogramBucketFactor: 1.1, NativeHistogramZeroThreshold: nativeZero,
		})
		f := &Flow{metrics: NewMetrics("1", clock.System{}, func() int64 { return 0 }), unbounded: true}
		own := seriesOf(f, func(f *Flow) *lazy[histogram] { return &f.latency })
		for range 1 + round*4 {
			// From parts of a microsecond to hours, and now and then a bound.
			took := time.Duration(math.Exp2(random.Float64() * 44))
			if random.IntN(10) == 0 {
				took = time.Duration(latencyBounds[random.IntN(len(latencyBounds))] * 1e9)
			}
			library.Observe(took.Seconds())
			own.observe(took, nil)
		}
		want, got := written(t, library), written(t, histogramMetric{own, newFlowDescs().latency, []string{"a"}})
		if got.GetSampleCount() != want.GetSampleCount() || math.Abs(got.GetSampleSum()/want.GetSampleSum()-1) > 1e-9 {
			t.Fatalf("%d durations of %v s, want %d of %v s", got.GetSampleCount(), got.GetSampleSum(), want.GetSampleCount(), want.GetSampleSum())
		}
		for i, b := range want.GetBucket() {
			if g := got.GetBucket()[i]; g.GetCumulativeCount() != b.GetCumulativeCount() || g.GetUpperBound() != b.GetUpperBound() {
				t.Fatalf("bucket %v, want %v", g, b)
			}
		}
		if got.GetSchema() != want.GetSchema() || got.GetZeroCount() != want.GetZeroCount() || got.GetZeroThreshold() != want.GetZeroThreshold() {
			t.Fatalf("native histogram %v, want %v", got, want)
		}
		if g, w := nativeCounts(got), nativeCounts(want); !reflect.DeepEqual(g, w) {
			t.Fatalf("native buckets %v, want %v", g, w)
		}
	}
}

func written(t *testing.T, m prometheus.Metric) *dto.Histogram {
	t.Helper()
	var out dto.Metric
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.GetHistogram()
}

// nativeCounts returns the counts of native buckets by their number.
func nativeCounts(h *dto.Histogram) map[int32]int64 {
	counts := map[int32]int64{}
	at, n, deltas := int32(0), int64(0), h.GetPositiveDelta()
	for _, s := range h.GetPositiveSpan() {
		at += s.GetOffset()
		for range s.GetLength() {
			if n += deltas[0]; n > 0 {
				counts[at] = n
			}
			at, deltas = at+1, deltas[1:]
		}
	}
	return counts
}

// TestDurationInterval: each interval begins where the one before ends.
func TestDurationInterval(t *testing.T) {
	t.Parallel()
	for i := range durationIntervals - 1 {
		end := time.Duration(float64(shortestDuration) * math.Pow(2, float64(i)/2))
		if got := durationInterval(end - time.Nanosecond); got != i {
			t.Errorf("%v is in the interval %d, want %d", end-time.Nanosecond, got, i)
		}
		if got := durationInterval(end + 2*time.Nanosecond); got != i+1 {
			t.Errorf("%v is in the interval %d, want %d", end+2*time.Nanosecond, got, i+1)
		}
	}
	if got := durationInterval(1000 * time.Hour); got != durationIntervals-1 {
		t.Errorf("the longest are in the interval %d", got)
	}
}

// TestFlowTakesLittleMemory bounds what the series of a flow that has run allocate.
func TestFlowTakesLittleMemory(t *testing.T) {
	if racetest.On {
		t.Skip("the race detector allocates")
	}
	const flows = 200
	m, step, at := NewMetrics("1", clock.System{}, func() int64 { return 0 }), &flow.Step{Name: "a", Kind: "http"}, clock.System{}.Now()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range flows {
		f := &Flow{metrics: m, name: "a"}
		for i := range 100 {
			took := time.Duration(i) * 100 * time.Microsecond
			f.ObserveRequest("succeeded", 200, at, took, nil)
			f.ObserveRun(flow.Succeeded, at, took, nil)
			f.ObserveAction(&flow.Record{Step: step, State: flow.Succeeded, Took: took, Attempts: 1})
		}
	}
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) / flows; n > 8<<10 {
		t.Errorf("a flow allocates %d bytes, at most 8 KiB are wanted", n)
	}
}
