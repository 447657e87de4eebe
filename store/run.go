package store

import (
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// Payload is what a run works on and what comes out, in bytes that belong to
// the caller. It must not be changed after it was handed over.
type Payload struct {
	Event     []byte // what came in, but the body, as its trigger encodes it
	Body      []byte // as it came
	Variables []byte
	Response  []byte // what the caller got, as the gateway encodes it
	Output    []byte // of action "stop"
}

// Cause tells why a run or a step stands where it stands. The zero Cause is
// none. Every field is a text for people or programs without secrets.
type Cause struct {
	Reason   string // a word: "unauthorized", "queue_full", ReasonLost
	Class    string // of a failure, see flow.Class
	Action   string // in which it happened
	Position string // in the files: "orders.hcl:12,3"
	Message  string // for people
}

// Reasons that engines give themselves.
const (
	ReasonLost    = "lost"    // failed: its lease ended again and again
	ReasonDropped = "dropped" // cancelled: a full queue made room for newer ones
	ReasonPerson  = "person"  // cancelled: by Cancel
)

// Step is one action of a run as it went: the checkpoint from which the run
// goes on and the record in the history.
type Step struct {
	Path     string // unique in the run: "reserve", "each/3/reserve"
	Kind     string // of the action: "http"
	State    flow.State
	Attempts int
	Began    time.Time     // to the millisecond
	Took     time.Duration // to the microsecond
	Input    []byte
	Output   []byte
	Cause    Cause // why it failed

	// CutFrom is how many bytes input and output had together before the
	// history cut them; 0 where they are whole. Engines set it.
	CutFrom int
}

// States of a step that only the store knows: the engine of flows never reports
// them.
const (
	// StepRetry is the state of a step that failed and is tried again in the
	// next attempt of its run.
	StepRetry flow.State = "again"
	// StepEnded is the state of the step that ended its run. A run that is
	// resumed or requeued ends by executing this step.
	StepEnded flow.State = "ended"
)

// Summary is a run in a list. Times are to the millisecond, and zero where
// something has not happened.
type Summary struct {
	ID       string
	Flow     string
	State    State
	Received time.Time // in the id
	Due      time.Time // of a waiting run: when it is queued
	Started  time.Time // claimed first, since it was accepted or requeued
	Finished time.Time
	Attempt  int // from 1
	Status   int // of the answer that the caller got; 0 for none
	Size     int // of the body as it came, in bytes
	Cause    Cause
}

// Run is all that is known of a run.
type Run struct {
	Summary
	Payload
	Steps    []Step // in the order in which they began
	OrderKey string
	Owner    string    // of a running one
	Lease    time.Time // of a running one: its end

	// Cut tells that Body holds only the beginning of the Size bytes that came.
	Cut bool
}

// Entry is a run that is over when it is first kept: one of a sync flow, or a
// request that became no run.
type Entry struct {
	ID      string
	Flow    string
	State   State // not an open one
	Started time.Time
	// Finished is when it ended. Where it is zero, it is when it is recorded.
	Finished time.Time
	Attempt  int // 0 is taken as 1
	Status   int
	Cause    Cause
	Payload  // zero: none is kept
	Steps    []Step
}
