package store

import "time"

// Submission is a run to be accepted, with the decisions that are made in the
// same transaction.
type Submission struct {
	ID   string // a new ULID
	Flow string
	Payload
	Version  string // of the flow
	Status   int    // of the response
	OrderKey string // "" for none

	// Dedupe, if set, makes the run the first with its key, or finds the first
	// one: then nothing is stored.
	Dedupe *Dedupe
	// Queue limits the flow's queue. It also applies to a submission that could be
	// claimed directly, because its run may wait later, but not to one that the
	// caller already executes.
	Queue QueueLimit
	// Delay delays the start: the run waits that long.
	Delay time.Duration
	// Claim, if set, claims the run for the caller if it can start now.
	Claim *DirectClaim
	// FromFailure: a failure of other runs is the cause of the run, so it leaves no
	// failure for watchers, see FailureWindows.
	FromFailure bool
	// Parent is the id of the run that started this one; "" for none.
	Parent string
	// Steps are steps that are already completed, of a run that becomes durable
	// while it runs.
	Steps []Step
}

// Dedupe makes a submission the only one with its key for a time. The key is a
// Key of DedupeScope(Flow) whose value is the response, so that it outlives the
// run.
type Dedupe struct {
	Key string
	TTL time.Duration
}

// DedupeScope returns the scope of a flow's dedupe keys.
func DedupeScope(flow string) string { return "dedupe/" + flow }

// ScheduleScope is the scope of the keys that hold the last tick of each schedule,
// by the name of its flow.
const ScheduleScope = "schedule"

// QueueLimit is how many runs of a flow may be queued, including those that are
// blocked by an order key and those that wait for a time, whether a full queue drops runs, and whether runs that
// are not over keep others from starting.
type QueueLimit struct {
	Max int // 0 for no limit
	// DropOldest makes room in a full queue: the oldest queued run that was never
	// claimed is cancelled with ReasonDropped. If all were claimed before, the
	// submission is refused.
	DropOldest bool
	// MaxOpen is how many runs of the flow may be open; 0 for no limit. A
	// submission above it takes its dedupe key, is recorded as throttled with
	// SkipCause, and does not run.
	MaxOpen int
}

// DirectClaim asks for a claim of the run that is being accepted.
type DirectClaim struct {
	Owner string
	Lease time.Duration
	// Max is how many runs of the flow may run at once; 0 for no limit.
	Max int
	// Started says that the caller already executes the run. Then the caller gets
	// the claim in any case. Otherwise the run is queued while another run of the
	// flow is queued, Max runs are running, another run with its order key is not
	// over, or it is delayed.
	Started bool
	// Ended, if set, is the end of the run: the caller has executed it already, without
	// an effect outside of the run. If the run can start now, it is stored as over, and
	// the caller gets no claim. Otherwise it is queued, and the end is dropped. The
	// state is Succeeded, without a cause.
	Ended *Ending
	Took  time.Duration // how long a run that has ended was executed
}

// Accepted is the result of Accept.
type Accepted struct {
	// Claim is set if the caller has claimed the run.
	Claim *Claim
	// Ended is set if the run is stored as over, see DirectClaim.Ended.
	Ended bool
	// Duplicate is set if the submission repeats an earlier one: it is the key of
	// that one.
	Duplicate *Key
	// Dropped is the id of the run that was dropped from the full queue, or "".
	Dropped string
	// Skipped is set if the submission does not run, see QueueLimit.MaxOpen.
	Skipped bool
}

// Claim is the right to work on a run. Callers pass it back unchanged.
type Claim struct {
	ID    string
	Ref   int64 // the engine's own key of the run
	Fence int64 // grows with each claim of the run
}

// ClaimQuery says which runs to claim.
type ClaimQuery struct {
	Owner string        // the name of the caller, for people
	Lease time.Duration // how long the claims last
	Limit int           // the maximum
	// Flows are the flows that the caller can execute. Runs of other flows stay
	// for gateways that know them.
	Flows []FlowLimit
	// Cached, if set, reports whether the caller still has the submission of a
	// run. The engine may omit payload and steps of such a run if it was never
	// claimed before. Claim calls Cached after the claim is durable, in its own
	// goroutine, and maybe more than once for a run.
	Cached func(id string) bool
}

// FlowLimit is how many runs of a flow may run at once, on all gateways. 0 is no
// limit. Lowering a limit stops no run.
type FlowLimit struct {
	Flow string
	Max  int
}

// Claimed is the result of Claim.
type Claimed struct {
	Work []Work // oldest first within a flow
	// Next is the time until the next waiting run is due. It is negative if none
	// waits.
	Next time.Duration
}

// Work is a claimed run with all that its execution needs.
type Work struct {
	Claim
	Flow     string
	Attempt  int
	Retried  int       // attempts before the last Requeue
	Started  time.Time // when it was first claimed
	OrderKey string    // as KeyHash stores it
	Payload
	Steps []Step // the checkpoints, in the order in which the steps began
	// Err is set if the run was claimed but its data cannot be read. The caller
	// still owns the claim, and must fail the run or put it back.
	Err error
}

// Ending is how a run ended.
type Ending struct {
	State State // Succeeded, Failed or Cancelled
	Cause Cause
	Steps []Step // without a checkpoint so far; stored with the end
	// Watchers are the flows that watch failures of the flow, see FailureWindows. Only
	// a run that failed counts for them.
	Watchers []string
	// Status, Response and Output replace the accepted ones, unless they are
	// empty.
	Status   int
	Response []byte
	Output   []byte
}

// Requeue says when a claimed run that is put back continues.
type Requeue struct {
	Delay time.Duration // from now; not positive queues the run at once
	Steps []Step        // stored with it, as by Checkpoint
	Cause Cause         // of the attempt that failed
}

// SweepQuery says how to treat runs whose lease has ended.
type SweepQuery struct {
	Limit int // of one call
	// MaxLost is how often a run may be lost without a completed step in between.
	// The next time it fails with ReasonLost. 0 is no limit.
	MaxLost int
	// Backoff is how long a run waits that is lost for the second time without a
	// completed step in between. It doubles each further time, to at most an hour.
	// The first time the run is queued at once.
	Backoff time.Duration
	// Watchers, if set, returns the Ending.Watchers of runs of a flow.
	Watchers func(flow string) []string
}

// Swept is the result of Sweep.
type Swept struct {
	Requeued []Summary // queued, or waiting
	Failed   []Summary
	More     bool
}
