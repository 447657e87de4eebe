package store

import (
	"fmt"
	"strings"
)

// State is where a run stands. The numbers are what engines store: they never
// change their meaning, and the open states come first.
type State uint8

// The states; see the package comment for how one leads to another.
const (
	Queued    State = iota + 1 // to be claimed, or behind another with its order key
	Waiting                    // for a time: a delay, the wait before a retry
	Running                    // claimed
	Succeeded                  // over
	Failed                     // over for now: a dead letter
	Cancelled                  // by a person, or dropped from a full queue
	Refused                    // a request that became no run
	Throttled                  // fell into the window of an earlier one
)

// States returns all states, in their order.
func States() []State {
	return []State{Queued, Waiting, Running, Succeeded, Failed, Cancelled, Refused, Throttled}
}

// Open tells whether the run is not over: it is queued, waiting or running.
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
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// ParseState returns the state of a name as String gives it.
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
	return 0, fmt.Errorf("there is no state %q; there is %s", name, strings.Join(names, ", "))
}

// MarshalText writes the name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
