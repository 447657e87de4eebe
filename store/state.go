package store

import (
	"fmt"
	"strings"
)

// State is the state of a run. Engines store the numbers, so they never change
// their meaning. The open states come first.
type State uint8

// The states; the package comment shows how they follow each other.
const (
	Queued    State = iota + 1 // to be claimed, or blocked by another run with its order key
	Waiting                    // for a time: a delay, the wait before a retry
	Running                    // claimed
	Succeeded                  // over
	Failed                     // a dead letter: it may be requeued
	Cancelled                  // by an operator, or dropped from a full queue
	Refused                    // a request that did not become a run
	Throttled                  // in the window of an earlier request, or while earlier runs were open
	Ignored                    // a request for which the condition of the trigger is false
	Dismissed                  // failed, and an operator needs nothing more of it
)

// States returns all states, in their order.
func States() []State {
	return []State{Queued, Waiting, Running, Succeeded, Failed, Cancelled, Refused, Throttled, Ignored, Dismissed}
}

// Open reports whether the run is not over: it is queued, waiting or running.
func (s State) Open() bool { return s >= Queued && s <= Running }

// String returns the name of the state, such as "queued".
func (s State) String() string {
	switch s {
	case Queued:
		return "queued"
	case Waiting:
		return "waiting"
	case Running:
		return "running"
	case Succeeded:
		return "succeeded"
	case Failed:
		return "failed"
	case Cancelled:
		return "cancelled"
	case Refused:
		return "refused"
	case Throttled:
		return "throttled"
	case Ignored:
		return "ignored"
	case Dismissed:
		return "dismissed"
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// ParseState returns the state that String has named.
func ParseState(name string) (State, error) {
	for _, s := range States() {
		if s.String() == name {
			return s, nil
		}
	}
	var names []string
	for _, s := range States() {
		names = append(names, s.String())
	}
	return 0, fmt.Errorf("there is no state %q; the states are %s", name, strings.Join(names, ", "))
}

// MarshalText returns the name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
