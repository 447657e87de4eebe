package telemetry

import (
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/webhook-gateway/gateway/internal/trace"
)

// latencyBounds reach from half a millisecond, the time of a small sync flow, to
// the default timeout, in seconds.
var latencyBounds = [...]float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// Native histograms have buckets whose bounds grow by the eighth root of two. Shorter
// durations than a microsecond count as zero.
const (
	nativeSchema = 3
	nativeOctave = 1 << nativeSchema // buckets while durations double
	nativeZero   = 1.0 / (1 << 20)   // seconds
	nativeGap    = 2                 // empty buckets that are cheaper than a span of their own
)

// nativeBounds are the bounds of the buckets between a half and one.
var nativeBounds = [nativeOctave]float64{
	0.5, 0.5452538663326288, 0.5946035575013605, 0.6484197773255048,
	0.7071067811865476, 0.7711054127039704, 0.8408964152537145, 0.9170040432046712,
}

// histogram counts durations in the buckets of both kinds of histograms. Histograms of
// the library take ten times as much memory, and there is one for each flow and kind
// of action.
type histogram struct {
	mark
	mu        sync.Mutex
	sum       float64 // of seconds
	classic   [len(latencyBounds) + 1]uint64
	zero      uint64
	native    counts
	exemplars []*dto.Exemplar // by classic bucket; nil without traces
}

// observe counts a duration. The span, which may be nil, is the example of it.
func (h *histogram) observe(took time.Duration, span *trace.Span) {
	seconds := max(took, 0).Seconds()
	classic := 0
	for classic < len(latencyBounds) && seconds > latencyBounds[classic] {
		classic++
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sum += seconds
	h.classic[classic]++
	if seconds > nativeZero {
		h.native.add(nativeBucket(seconds))
	} else {
		h.zero++
	}
	if span.Sampled() {
		h.setExemplar(classic, seconds, span)
	}
}

// nativeBucket returns the number of the native bucket of a duration.
func nativeBucket(seconds float64) int {
	fraction, exponent := math.Frexp(seconds)
	i := 0
	for i < nativeOctave && fraction > nativeBounds[i] {
		i++
	}
	return (exponent-1)*nativeOctave + i
}

func (h *histogram) setExemplar(bucket int, seconds float64, span *trace.Span) {
	if h.exemplars == nil {
		h.exemplars = make([]*dto.Exemplar, len(h.classic))
	}
	name, id := "trace_id", span.Context().Trace.String()
	h.exemplars[bucket] = &dto.Exemplar{
		Label: []*dto.LabelPair{{Name: &name, Value: &id}}, Value: &seconds, Timestamp: timestamppb.New(h.owner.metrics.clock.Now()),
	}
}

// histogramMetric is a histogram with its labels, as the registry reads it.
type histogramMetric struct {
	*histogram
	desc   *prometheus.Desc
	labels []string
}

// Desc describes the metric.
func (m histogramMetric) Desc() *prometheus.Desc { return m.desc }

// Write writes both kinds of buckets.
func (m histogramMetric) Write(out *dto.Metric) error {
	out.Label = prometheus.MakeLabelPairs(m.desc, m.labels)
	h := &dto.Histogram{CreatedTimestamp: timestamppb.New(time.Unix(m.since, 0))}
	out.Histogram = h
	m.mu.Lock()
	defer m.mu.Unlock()
	h.SampleSum = new(m.sum)
	m.writeClassic(h)
	m.writeNative(h)
	return nil
}

func (h *histogram) writeClassic(out *dto.Histogram) {
	var total uint64
	for i, n := range h.classic {
		total += n
		bound := math.Inf(1)
		if i < len(latencyBounds) {
			bound = latencyBounds[i]
		}
		b := &dto.Bucket{CumulativeCount: new(total), UpperBound: &bound}
		if h.exemplars != nil && h.exemplars[i] != nil {
			b.Exemplar = h.exemplars[i]
			out.Exemplars = append(out.Exemplars, b.Exemplar)
		}
		out.Bucket = append(out.Bucket, b)
	}
	out.SampleCount = &total
}

// writeNative writes spans of buckets, and the difference of each bucket to the one
// before.
func (h *histogram) writeNative(out *dto.Histogram) {
	out.Schema, out.ZeroThreshold, out.ZeroCount = new(int32(nativeSchema)), new(nativeZero), new(h.zero)
	var span *dto.BucketSpan
	before, end := int64(0), 0 // the last count, and the number after its bucket
	add := func(n uint64) {
		out.PositiveDelta = append(out.PositiveDelta, int64(n)-before) //nolint:gosec // a count
		before = int64(n)                                              //nolint:gosec // a count
		*span.Length++
	}
	for i, n := range h.native.of {
		if n == 0 {
			continue
		}
		at := h.native.first + i
		if span == nil || at-end > nativeGap {
			span = &dto.BucketSpan{Offset: new(int32(at - end)), Length: new(uint32(0))} //nolint:gosec // a bucket
			out.PositiveSpan = append(out.PositiveSpan, span)
		} else {
			for range at - end {
				add(0)
			}
		}
		add(n)
		end = at + 1
	}
}
