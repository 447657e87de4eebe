package store

import "time"

// Submission is a run to be accepted, with what is decided in the same
// transaction.
type Submission struct {
	ID   string // of ulid.New
	Flow string
	Payload
	Status   int    // of the response
	OrderKey string // "" for none

	// Dedupe, where set, makes the run the first with its key, or finds the one
	// that was: then nothing is kept.
	Dedupe *Dedupe
	// Queue bounds the flow's queue. A submission that is handed off is not
	// bounded.
	Queue QueueLimit
	// After delays the start. The run waits until then.
	Delay time.Duration
	// Hand, where set, hands the run to the caller at once if nothing is in the
	// way.
	Claim *DirectClaim
	// Steps are what was done already, for a run that is made durable on its
	// way.
	Steps []Step
}

// Dedupe makes a submission the only one with its key for a time. The key is
// a Key of DedupeScope(Flow), whose value is the response, so that it outlives
// the run.
type Dedupe struct {
	Key string
	TTL time.Duration
}

// DedupeScope is the scope of a flow's dedupe keys.
func DedupeScope(flow string) string { return "dedupe/" + flow }

// Bound is how many runs of a flow may be queued, those behind an order key
// included, and what happens to the next.
type QueueLimit struct {
	Max int // 0 for no bound
	// DropOldest makes room: the oldest queued run that has never begun is
	// cancelled with ReasonDropped. Where all have begun the submission is
	// refused.
	DropOldest bool
}

// Hand is a wish to be handed the run that is accepted, without claiming it.
type DirectClaim struct {
	Owner string
	Lease time.Duration
	// Max is how many runs of the flow may run at once; 0 for no limit.
	Max int
	// Begun tells that the caller works on the run already. It is handed over
	// whatever waits. Otherwise it is queued while another run of the flow is
	// queued, Max are running, another with its order key is open, or it is
	// delayed.
	Started bool
}

// Accepted tells what became of a submission.
type Accepted struct {
	// Claim is set where the run was handed to the caller.
	Claim *Claim
	// Repeat is set where the submission repeats another: the key that the
	// first one holds.
	Duplicate *Key
	// Dropped is the id of the run that made room; "" for none.
	Dropped string
}

// Claim is the right to work on a run. Keep it as it is.
type Claim struct {
	ID    string
	Ref   int64 // the engine's own key of the run
	Fence int64 // grows with each claim of the run
}

// ClaimQuery says which runs are wanted.
type ClaimQuery struct {
	Owner string        // who claims, for people to read
	Lease time.Duration // how long the claims last
	Limit int           // at most so many
	// Flows are the flows whose runs the caller can do. Those of others stay
	// for a gateway that knows them.
	Flows []FlowLimit
	// Has, where set, tells of a run by its id whether the caller has what was
	// submitted. An engine may leave out payload and steps of such a run, where
	// it was never claimed before. It is called after the claim is durable, by
	// the goroutine that claims, and may be asked of a run more than once.
	Cached func(id string) bool
}

// FlowLimit is how many runs of a flow may run at once, on all gateways. 0 is
// no limit. A limit that was lowered stops no run.
type FlowLimit struct {
	Flow string
	Max  int
}

// Claimed is what Claim found.
type Claimed struct {
	Work []Work // oldest first within a flow
	// Next is how long it is until the next waiting run is due. It is negative
	// where none waits.
	Next time.Duration
}

// Work is a claimed run with all that is needed to do it.
type Work struct {
	Claim
	Flow     string
	Attempt  int
	Started  time.Time // when it was claimed first
	OrderKey string
	Payload
	Steps []Step // those that were checkpointed, in the order in which they began
	// Err is set where the run was claimed and what belongs to it could not be
	// read. It is the holder's all the same, to be failed or put back.
	Err error
}

// Ending is how a run ended.
type Ending struct {
	State State // Succeeded, Failed or Cancelled
	Cause Cause
	Steps []Step // that have no checkpoint yet; kept with the end
	// Status and Response replace those that were accepted, where they are not
	// zero; Output likewise.
	Status   int
	Response []byte
	Output   []byte
}

// Requeue says when a run goes on.
type Requeue struct {
	Delay time.Duration // from now; queued at once where it is not positive
	Steps []Step        // kept with it, as by Checkpoint
	Cause Cause         // of the attempt that failed
}

// SweepQuery says how runs are treated whose holder has let the lease end.
type SweepQuery struct {
	Limit int // at most so many in one call
	// MaxLost is how often a run may be lost without a step done in between. The
	// next time it fails with ReasonLost. 0 is no limit.
	MaxLost int
	// Backoff is how long a run waits that is lost for the second time without
	// a step done in between. It doubles with each further one, to at most an
	// hour. The first time it is queued at once.
	Backoff time.Duration
}

// Swept is what a sweep did.
type Swept struct {
	Requeued []Summary // queued, or waiting
	Failed   []Summary
	More     bool
}
