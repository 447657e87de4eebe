package run

import (
	"sync/atomic"

	"github.com/webhook-gateway/gateway/flow"
)

// Memory is the budget of bytes for the bodies and values of requests and runs.
// It bounds all of them together, so that many callers at once cannot take more
// than the process may have.
type Memory struct {
	limit   atomic.Int64
	used    atomic.Int64
	answers atomic.Int64 // the part of used for answers that are being written
}

// SetLimit changes the limit. Taken bytes stay taken.
func (m *Memory) SetLimit(n int64) { m.limit.Store(n) }

// Limit returns the limit.
func (m *Memory) Limit() int64 { return m.limit.Load() }

// InUse returns how many bytes are taken.
func (m *Memory) InUse() int64 { return m.used.Load() }

// TryTake takes n bytes unless they would exceed the limit.
func (m *Memory) TryTake(n int64) bool { return tryAdd(&m.used, n, m.limit.Load()) }

// TryTakeAnswer takes n bytes for an answer. All answers have half of the budget,
// so that callers who do not read leave the other half for requests.
func (m *Memory) TryTakeAnswer(n int64) bool {
	if !tryAdd(&m.answers, n, m.limit.Load()/2) {
		return false
	}
	if !m.TryTake(n) {
		m.answers.Add(-n)
		return false
	}
	return true
}

// Take takes n bytes, also above the limit.
func (m *Memory) Take(n int64) { m.used.Add(n) }

// Free frees n bytes.
func (m *Memory) Free(n int64) { m.used.Add(-n) }

// FreeAnswer frees n bytes of an answer.
func (m *Memory) FreeAnswer(n int64) {
	m.answers.Add(-n)
	m.used.Add(-n)
}

// Busy reports whether less than a quarter of the budget is left, so that details
// which can be left out are.
func (m *Memory) Busy() bool { return m.used.Load() > m.limit.Load()/4*3 }

func tryAdd(to *atomic.Int64, n, limit int64) bool {
	for {
		used := to.Load()
		if used+n > limit {
			return false
		}
		if to.CompareAndSwap(used, used+n) {
			return true
		}
	}
}

var _ flow.Memory = (*Scope)(nil)

// TryTakeMemory takes bytes for the run unless they would exceed the budget.
func (s *Scope) TryTakeMemory(n int64) bool {
	if !s.Env.Memory.TryTake(n) {
		return false
	}
	s.values.Add(n)
	return true
}

// TakeMemory takes bytes for the run, also above the budget.
func (s *Scope) TakeMemory(n int64) {
	s.Env.Memory.Take(n)
	s.values.Add(n)
}

// FreeMemory frees bytes of the run before it ends.
func (s *Scope) FreeMemory(n int64) {
	s.values.Add(-n)
	s.Env.Memory.Free(n)
}

// Computed returns how many bytes the run has taken for outputs and texts.
func (s *Scope) Computed() int64 { return s.values.Load() }

// GiveUp returns all bytes that the run has taken, which its owner frees from now
// on.
func (s *Scope) GiveUp() int64 {
	n := s.Taken + s.values.Swap(0)
	s.Taken = 0
	return n
}
