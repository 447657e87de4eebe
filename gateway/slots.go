package gateway

import "sync/atomic"

// inFlight counts the runs that are under way.
type inFlight struct{ count atomic.Int64 }

// enter counts a run in unless most are under way already.
func (f *inFlight) enter(most int64) bool {
	for {
		n := f.count.Load()
		if n >= most {
			return false
		}
		if f.count.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// add counts runs that are under way whatever others are.
func (f *inFlight) add(n int) { f.count.Add(int64(n)) }

func (f *inFlight) leave() { f.count.Add(-1) }

func (f *inFlight) number() int64 { return f.count.Load() }
