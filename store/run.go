package store

import (
	"time"

	"github.com/webhook-gateway/gateway/flow"
)

// Payload is the input and the results of a run. The bytes must not be changed
// after they were passed to the store.
type Payload struct {
	Event     []byte // without the body, as its trigger encodes it
	Body      []byte // as it was received
	Variables []byte
	Response  []byte // to the caller, as the gateway encodes it
	Output    []byte // of action "stop"
	Trace     []byte // the trace that the run belongs to, as trace.Context encodes it
}

// TotalSize returns how many bytes all parts have together.
func (p *Payload) TotalSize() int {
	return len(p.Event) + len(p.Body) + len(p.Variables) + len(p.Response) + len(p.Output) + len(p.Trace)
}

// Cause is why a run or a step is in its state. The zero Cause is none. No field
// contains secrets.
type Cause struct {
	Reason   string // a word: "unauthorized", "queue_full", ReasonLost
	Class    string // of a failure, see flow.Class
	Action   string // the name of the action
	Position string // in the flow files: "orders.hcl:12,3"
	Message  string // for people
	// Detail is what the gateway adds, as it encodes it: at most MaxDetail bytes,
	// and a valid text. A step that succeeded may have it alone.
	Detail string
}

// MaxDetail is how many bytes a Cause.Detail may have. A longer one is dropped.
const MaxDetail = 16 << 10

// Reasons that engines set.
const (
	ReasonLost    = "lost"    // failed: the lease ended again and again
	ReasonDropped = "dropped" // cancelled: dropped from a full queue
	ReasonPerson  = "person"  // cancelled: by Cancel
	ReasonSkipped = "skipped" // throttled: earlier runs of the flow were not over
)

// Step is one executed action of a run: both the checkpoint from which the run
// resumes and the record in the history.
type Step struct {
	Path     string // unique in the run: "reserve", "each/3/reserve"
	Kind     string // of the action: "http"
	State    flow.State
	Attempts int
	Began    time.Time     // to the millisecond
	Took     time.Duration // to the microsecond
	Input    []byte
	Output   []byte
	Cause    Cause  // why it failed
	Version  string // of the flow with which it ran; "" if it is not known

	// CutFrom is how many bytes input and output had together before they were
	// cut; 0 if they are whole. Engines set it.
	CutFrom int
}

// States of a step that only the store knows: the engine of flows never reports
// them.
const (
	// StepRetry is the state of a step that failed and is tried again in the
	// next attempt of its run.
	StepRetry flow.State = "again"
	// StepReset is the state of a step that ran before its run was requeued, and runs
	// again. It has neither input nor output.
	StepReset flow.State = "reset"
	// StepEnded is the state of the step that ended its run. A run that is
	// resumed or requeued ends by executing this step.
	StepEnded flow.State = "ended"
)

// Summary is a run in a list. Times are to the millisecond, and zero if the event
// has not happened.
type Summary struct {
	ID       string
	Flow     string
	State    State
	Received time.Time // in the id
	Due      time.Time // of a waiting run: when it is queued
	Started  time.Time // first claimed, since it was accepted or requeued
	Finished time.Time
	Attempt  int // from 1
	Status   int // of the response to the caller; 0 for none
	Size     int // of the received body, in bytes
	Cause    Cause
}

// Run is a whole run.
type Run struct {
	Summary
	Payload
	Steps    []Step    // in the order in which they began
	Parent   string    // id of the run that started it, which the history may have no more; "" for none
	OrderKey string    // as KeyHash stores it
	Owner    string    // of a running run
	Lease    time.Time // end of the lease of a running run
	Version  string    // of the flow with which it was accepted; "" if it is not known

	// Cut says that Body holds only the beginning of the Size bytes received.
	Cut bool
}

// Entry is a run that is over when it is first stored: a run of a sync flow, or a
// request that did not become a run.
type Entry struct {
	ID      string
	Flow    string
	State   State // one that is over
	Started time.Time
	// Finished is when it ended. Zero is the time at which it is recorded.
	Finished time.Time
	Attempt  int    // 0 counts as 1
	Version  string // of the flow
	Status   int
	Cause    Cause
	Payload  // zero stores none
	Steps    []Step
	Watchers []string // see Ending.Watchers
}
