package telemetry

import "sync/atomic"

// The bound on the series of flows. A flow whose series would exceed it is counted
// together with others under the name otherFlows.
const (
	maxSeries  = 200_000
	otherFlows = "(other)"
)

// mark says of which flow a series is, and since when it exists.
type mark struct {
	owner *Flow // flow otherFlows, if there was no room for the series
	since int64 // seconds since 1970
}

// counter is a series that counts.
type counter struct {
	mark
	n atomic.Uint64
}

// lazy is a series that is made when it first counts something.
type lazy[T counter | histogram] struct{ atomic.Pointer[T] }

// own returns the series if it is made and of the flow, else nil.
func (l *lazy[T]) own(f *Flow) *T {
	s := l.Load()
	if s == nil || markOf(s).owner != f {
		return nil
	}
	return s
}

func markOf[T counter | histogram](s *T) *mark {
	if h, ok := any(s).(*histogram); ok {
		return &h.mark
	}
	return &any(s).(*counter).mark
}

// seriesOf returns the series of a flow at a place.
func seriesOf[T counter | histogram](f *Flow, at func(*Flow) *lazy[T]) *T {
	if s := at(f).Load(); s != nil {
		return s
	}
	return addSeries(f, at)
}

// addSeries makes a series of a flow, or takes that of all other flows if there are too
// many.
func addSeries[T counter | histogram](f *Flow, at func(*Flow) *lazy[T]) *T {
	place := at(f)
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := place.Load(); s != nil {
		return s
	}
	var s *T
	if f.admit() {
		s = new(T)
		*markOf(s) = mark{f, f.metrics.clock.Now().Unix()}
	} else {
		s = seriesOf(f.metrics.other, at)
	}
	place.Store(s)
	return s
}

// admit reports whether the flow may have another series.
func (f *Flow) admit() bool {
	if f.unbounded {
		return true
	}
	if f.metrics.series.Add(1) > maxSeries {
		f.metrics.series.Add(-1)
		return false
	}
	f.count++
	return true
}

// giveUp makes room for others in place of series of the flow. The caller holds mu.
func (f *Flow) giveUp(series int64) {
	f.count -= series
	f.metrics.series.Add(-series)
}
