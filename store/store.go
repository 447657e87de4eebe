package store

import (
	"context"
	"time"
)

// Store keeps runs. It is safe for concurrent use. Every method may return an
// error that IsUnavailable recognises, and the error of its context.
type Store interface {
	Queue
	Worker
	History
	Operator
	Keys
	Contacts

	// Ping writes, and so tells whether the store can keep what is accepted.
	Ping(ctx context.Context) error
	// Close waits for the operations that are under way and lets go of the
	// engine. It may be called twice. Claims are not released.
	Close() error
}

// Queue is what takes runs in and gives them out.
type Queue interface {
	// Accept keeps a run that is to be done. See Submission for what is decided
	// with it. It returns ErrFull where the flow's queue is full, and ErrExists
	// where the id was accepted before.
	Accept(ctx context.Context, s *Submission) (Accepted, error)
	// Claim gives queued runs to the caller to work on, at most q.Limit. To find
	// none is no error.
	Claim(ctx context.Context, q ClaimQuery) (Claimed, error)
	// Ready receives after runs may have become claimable, by whatever gateway
	// did it. Signals may be merged, and be false; as they may be lost as well
	// (by a broken connection to a server), callers also claim now and then
	// without. There is one channel, which is never closed: one goroutine
	// receives.
	Ready() <-chan struct{}
	// Sweep takes runs away from holders whose lease has ended. Call it until
	// Swept.More is false.
	Sweep(ctx context.Context, q SweepQuery) (Swept, error)
}

// Holder is what the holder of a claim does with its run. All of it returns
// ErrLost where the run is not the holder's any more.
type Worker interface {
	// Heartbeat makes the leases of claims last for the given time from now. It
	// returns those that are lost, and it is no error that some are.
	Heartbeat(ctx context.Context, lease time.Duration, claims ...Claim) (lost []Claim, err error)
	// Checkpoint keeps steps of a run. A step whose path is known replaces the
	// one that was kept.
	Checkpoint(ctx context.Context, c Claim, steps ...Step) error
	// Finish ends the run.
	Finish(ctx context.Context, c Claim, end *Ending) error
	// Retry puts the run back for another attempt, later.
	Retry(ctx context.Context, c Claim, l Requeue) error
	// Park puts the run aside for a time that belongs to its course, such as
	// that of action "delay". Later.Cause is not kept.
	Suspend(ctx context.Context, c Claim, l Requeue) error
	// Release puts runs back as if they had not been claimed, as a gateway does
	// that stops. Claims that are lost are left out without an error.
	Release(ctx context.Context, claims ...Claim) error
}

// History is what is read, and kept for reading alone.
type History interface {
	// Record keeps runs that are over. Their ids must be new: the whole call
	// fails with ErrExists otherwise, and keeps none.
	Record(ctx context.Context, runs ...*Entry) error
	// Get returns all of a run, or ErrNotFound.
	Get(ctx context.Context, id string) (*Run, error)
	// List returns a page of runs, the newest (by id) first.
	List(ctx context.Context, q ListQuery) (Page, error)
	// Stats counts runs that are over, from counters that are kept as runs end.
	Stats(ctx context.Context, q StatsQuery) ([]Count, error)
	// Depths counts the runs that are not over, of each flow that has any, by
	// name.
	Depths(ctx context.Context) ([]Depth, error)
}

// Operator is what people and the gateway's own housekeeping do to runs.
type Operator interface {
	// Cancel ends a run that is open; its holder, if it has one, loses it. It
	// returns ErrNotFound, or ErrState where the run is over.
	Cancel(ctx context.Context, id string) error
	// CancelAll cancels what is open among a page of runs.
	CancelAll(ctx context.Context, q ListQuery) (Changed, error)
	// Requeue runs a run again. It returns ErrNotFound, ErrState where the run
	// is not one that may (see the package comment), and ErrCut.
	Requeue(ctx context.Context, id string, o RequeueOptions) error
	// RequeueAll runs a page of runs again, as far as they may.
	RequeueAll(ctx context.Context, q ListQuery, o RequeueOptions) (Changed, error)
	// Purge deletes what is old or too much, in a batch that does not hold up
	// others for long. Call it until Purged.More is false.
	Purge(ctx context.Context, r Retention) (Purged, error)
}

// Keys are names that are given to whoever comes first, for a time: dedupe
// keys, idempotency keys, windows of a throttle, ticks of a schedule. A key
// whose time is over is as good as absent.
type Keys interface {
	// PutKey makes the key, to live for the given time, unless it is there. It
	// returns the key that holds, and whether the call made it.
	PutKey(ctx context.Context, k Key, ttl time.Duration) (held Key, made bool, err error)
	// SetKey replaces the value of the key that the run k.Run made; its time
	// stays. It returns ErrNotFound where there is no such key.
	SetKey(ctx context.Context, k Key) error
	// DropKey gives the key of the run k.Run free. It is no error that there is
	// none.
	DropKey(ctx context.Context, k Key) error
}
