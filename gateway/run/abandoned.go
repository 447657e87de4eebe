package run

import (
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/flow"
)

// MaxAbandoned is how many abandoned computations may run before new runs are
// refused or wait in the queue. Each one may keep a processor busy.
const MaxAbandoned = 16

// Abandoned counts the computations that ignored the end of their time and still
// run. Each one keeps a slot until it ends.
type Abandoned struct {
	slots *Slots
	freed func() // a slot is free
	count atomic.Int64
	total atomic.Int64
}

// NewAbandoned returns a counter that takes slots. freed is called after a slot
// became free.
func NewAbandoned(slots *Slots, freed func()) *Abandoned {
	return &Abandoned{slots: slots, freed: freed}
}

// Running returns how many abandoned computations run.
func (a *Abandoned) Running() int64 { return a.count.Load() }

// Total returns how many computations were abandoned since the start.
func (a *Abandoned) Total() int64 { return a.total.Load() }

// Full reports whether so many run that no other run may begin.
func (a *Abandoned) Full() bool { return a.count.Load() >= MaxAbandoned }

func (a *Abandoned) begin() {
	a.slots.Take(1)
	a.count.Add(1)
	a.total.Add(1)
}

func (a *Abandoned) end() {
	a.count.Add(-1)
	a.slots.Free()
	a.freed()
}

var _ flow.Abandoned = (*Scope)(nil)

// Full reports whether so many abandoned computations run that no other run may
// begin.
func (s *Scope) Full() bool { return s.Env.Abandoned.Full() }

// Abandon counts a computation of the run that ignored the end of its time. Until
// it ends, the resources of the configuration stay open, and the memory of the
// run stays taken.
func (s *Scope) Abandon() func() {
	s.Env.Abandoned.begin()
	s.Snapshot.Retain()
	taken := s.Taken
	s.Env.Memory.Take(taken)
	s.Env.Log.Sampled.Warn("a computation did not end in time; the run continues without it",
		zap.String("flow", s.FlowName()), zap.String("run", s.ID), zap.Int64("abandoned", s.Env.Abandoned.Running()))
	return func() {
		s.Snapshot.Release()
		s.Env.Memory.Free(taken)
		s.Env.Abandoned.end()
	}
}
