package store

import (
	"context"
	"time"
)

// Store stores runs. It is safe for concurrent use. Every method may return an
// error that IsUnavailable recognizes, or the error of its context.
type Store interface {
	Queue
	Worker
	History
	Operator
	Keys
	Contacts
	APIKeys
	Handshakes
	Pauses
	Audit
	FailureWindows

	// Ping writes, and so reports whether the store can store runs.
	Ping(ctx context.Context) error
	// Size returns how many bytes the store takes on disk. Call it at a slow pace.
	Size(ctx context.Context) (int64, error)
	// Close waits for operations in progress and closes the engine. It may be
	// called twice. It does not release claims.
	Close() error
}

// Queue accepts runs and hands them out.
type Queue interface {
	// Accept stores a run to be executed. Submission lists the decisions that are
	// made with it. Accept returns ErrFull if the flow's queue is full, and
	// ErrExists if the id was accepted before.
	Accept(ctx context.Context, s *Submission) (Accepted, error)
	// Claim claims queued runs for the caller, at most q.Limit. Finding none is
	// not an error.
	Claim(ctx context.Context, q ClaimQuery) (Claimed, error)
	// ClaimsAfterEnds reports whether a Claim that waits together with the end of a
	// run, see Finish, may claim the run that takes its place. Then callers claim before
	// the end is durable.
	ClaimsAfterEnds() bool
	// Ready returns a channel that receives after runs may have become claimable,
	// on any gateway. Signals may be merged, false or lost (such as with a broken
	// connection to a server), so callers also claim without a signal from time to
	// time. There is one channel, for one receiver, and it is never closed.
	Ready() <-chan struct{}
	// Sweep takes runs away from workers whose lease has ended. Call it until
	// Swept.More is false.
	Sweep(ctx context.Context, q SweepQuery) (Swept, error)
}

// Worker has the operations of a worker that has claimed runs. They return
// ErrLost if the caller has lost the claim.
type Worker interface {
	// Heartbeat makes the leases of claims last for a time from now. It returns
	// the lost claims, which are not an error.
	Heartbeat(ctx context.Context, lease time.Duration, claims ...Claim) (lost []Claim, err error)
	// Checkpoint stores steps of a run. A step replaces an earlier one with the
	// same path.
	Checkpoint(ctx context.Context, c Claim, steps ...Step) error
	// Finish ends the run.
	Finish(ctx context.Context, c Claim, end *Ending) error
	// Retry puts the run back for another attempt.
	Retry(ctx context.Context, c Claim, r Requeue) error
	// Suspend puts the run back for a time that is part of its flow, such as the
	// time of action "delay". Requeue.Cause is not stored.
	Suspend(ctx context.Context, c Claim, r Requeue) error
	// Release puts runs back as if they had not been claimed, such as when a
	// gateway stops. It ignores lost claims.
	Release(ctx context.Context, claims ...Claim) error
}

// History reads runs, and stores runs that need no execution.
type History interface {
	// Record stores runs that are over. Their ids must be new: otherwise Record
	// returns ErrExists and stores none of them.
	Record(ctx context.Context, runs ...*Entry) error
	// RecordOutcomes stores outcomes of runs that succeeded, many in a row. Their ids
	// must be new, which is not checked against the store. An outcome is in lists,
	// statistics and Get as a run of which only the summary is stored, and it goes
	// with the last of its row: at most outcomes.MaxSpan after its time.
	RecordOutcomes(ctx context.Context, list []Outcome) error
	// Get returns a whole run, or ErrNotFound.
	Get(ctx context.Context, id string) (*Run, error)
	// List returns a page of runs, the newest (by id) first.
	List(ctx context.Context, q ListQuery) (Page, error)
	// Newest returns the newest run of each of the flows that has one, in any order.
	Newest(ctx context.Context, flows []string) ([]Summary, error)
	// FailureGroups groups the failed runs by flow and cause. Its time grows with the
	// number of groups and not with that of the runs.
	FailureGroups(ctx context.Context, q FailureQuery) (FailureGroups, error)
	// Stats counts runs that are over, from counters that are written when runs
	// end.
	Stats(ctx context.Context, q StatsQuery) ([]Count, error)
	// CompletedSteps returns steps that succeeded in runs of a flow that are queued
	// or wait, at most limit.
	CompletedSteps(ctx context.Context, flow string, limit int) ([]CompletedStep, error)
	// Depths counts the runs that are not over, for each flow that has any, by
	// name.
	Depths(ctx context.Context) ([]Depth, error)
}

// Operator has the operations of people and of the gateway's housekeeping.
type Operator interface {
	// Cancel ends a run that is not over. A worker that has claimed it loses the
	// claim. Cancel returns ErrNotFound, or ErrState if the run is over.
	Cancel(ctx context.Context, id string) error
	// CancelAll cancels the runs of a page that are not over.
	CancelAll(ctx context.Context, q ListQuery) (Changed, error)
	// Requeue executes a run again. It returns ErrNotFound, ErrState if the run
	// is in another state than the package comment allows, or ErrCut.
	Requeue(ctx context.Context, id string, o RequeueOptions) error
	// RequeueAll requeues the runs of a page that may be requeued.
	RequeueAll(ctx context.Context, q ListQuery, o RequeueOptions) (Changed, error)
	// Dismiss takes a failed run out of those that need attention. It keeps its
	// error and can be requeued. It counts as dismissed, no longer as failed. Dismiss
	// returns ErrNotFound, or ErrState if the run has not failed.
	Dismiss(ctx context.Context, id string) error
	// DismissAll dismisses the failed runs of a page.
	DismissAll(ctx context.Context, q ListQuery) (Changed, error)
	// Adopt moves the queued and waiting runs of a flow, and keys, to the flow that
	// it was renamed to. A running run stays, and so do the runs with its order key,
	// until a later call: callers repeat Adopt as long as the flow has its old name
	// somewhere. Moved runs keep their place in the queue and follow the order keys
	// of the new flow. Call it until Adopted.More is false.
	Adopt(ctx context.Context, a Adoption) (Adopted, error)
	// Purge deletes old and surplus data, in a batch that does not delay others
	// for long. Call it until Purged.More is false.
	Purge(ctx context.Context, r Retention) (Purged, error)
}

// Keys are names that belong to the first run or caller to ask, for a time:
// dedupe keys, idempotency keys, windows of a throttle, ticks of a schedule,
// sessions that ended before their time. An expired key counts as absent.
type Keys interface {
	// PutKey makes a key that lives for ttl, unless it exists. It returns the
	// existing key, and whether this call made it.
	PutKey(ctx context.Context, k Key, ttl time.Duration) (existing Key, made bool, err error)
	// FindKey returns a key, and whether it exists. It makes none.
	FindKey(ctx context.Context, scope, name string) (Key, bool, error)
	// SetKey replaces the value of the key that the run k.Run made. Its expiry
	// stays. SetKey returns ErrNotFound if there is no such key.
	SetKey(ctx context.Context, k Key) error
	// DropKey deletes the key of the run k.Run. A missing key is not an error.
	DropKey(ctx context.Context, k Key) error
}

// Key is a name that belongs to a run, or to the first caller, for a time.
type Key struct {
	Scope   string // such as DedupeScope of a flow
	Name    string
	Run     string // id of the run that made it, or another word
	Value   []byte
	Expires time.Time // by the engine's clock; engines set it
}
