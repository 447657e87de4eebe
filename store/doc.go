// Package store defines how runs are stored: the queue of accepted runs and the
// history of all runs, the checkpoints of their steps, keys that expire, counters,
// contacts and the keys of callers. The engines are store/sqlite and store/postgres; store/storetest
// is the test suite that both pass. The gateway uses this package and depends on
// no engine.
//
// # One row
//
// A run is one row, from its acceptance until it is purged: the row is both the
// queue entry and the history record. Event, body and steps are stored beside it,
// so that lists and claims read little.
//
// # States
//
//	              Accept                              Record
//	                 │                                   │
//	    ┌────────────┼───────────────┐            ┌──────┴──────┐
//	    │ delayed    │               │ claimed    │             │
//	    ▼     due    ▼     Claim     ▼ directly   ▼             ▼
//	 waiting ────▶ queued ───────▶ running     refused,     throttled
//	    ▲            ▲               │            ignored
//	    │            ├── Release ────┤  costs no attempt
//	    │            ├── Sweep ──────┤  the lease ended: costs an attempt
//	    │            └── Retry ──────┤  at once: costs an attempt
//	    ├── Suspend ─────────────────┤  costs no attempt
//	    └── Retry, Sweep, delayed ───┤  costs an attempt
//	                                 │
//	                   Finish ───────┼─────────────┐
//	                                 ▼             ▼
//	                             succeeded      failed
//
//	queued, waiting, running ── Cancel, a full queue that drops ──▶ cancelled
//	failed ───────────────────── Dismiss ──▶ dismissed
//	failed, cancelled, dismissed Requeue ──▶ queued
//	succeeded ────────────────── Requeue from the start ──▶ queued
//
// A failed run is a dead letter: it stays in the store, to be inspected and
// requeued. Record also stores runs that are already over when the store learns
// of them, such as runs of sync flows: succeeded or failed. Accept records a
// submission as throttled if as many runs of its flow are open as
// QueueLimit.MaxOpen allows, and as succeeded if its caller has executed it already,
// see DirectClaim.Ended.
//
// # Promises of an engine
//
//   - A write returns after it is durable. Decisions count for all gateways that
//     share the engine. Waiting writers share one transaction.
//   - One operation of such a transaction may fail without the others. If the
//     transaction itself fails, all operations fail with an error that
//     IsUnavailable recognizes, and the engine tries again with the next one: it
//     needs no restart when disk space or the server is back. Such an error means
//     that the operation probably had no effect; after a crash it may turn out to
//     be stored.
//   - A context that ends before its operation began withdraws the operation.
//     After that the call waits for the result, so that no caller sees an error
//     for an operation that succeeded.
//   - Decisions that must be single are made inside a transaction: which gateway
//     claims a run, how many runs of a flow are running at once, which run is
//     next for an order key, which run came first with a dedupe key.
//   - A claim is fenced: it has a number that grows with each claim of the run. A
//     write with an older number gets ErrLost and changes nothing.
//   - Times come from the engine's clock, never from the caller's: callers pass
//     durations.
//   - Event, Body, Variables, Response, Output, Input and Value are opaque bytes.
//     They come back unchanged, and an engine never decodes them, so that no run
//     can block another. Nil and empty are the same. Only Erase changes them, by
//     an Eraser.
//   - Texts for people come back as CleanText leaves them. Names that must match,
//     such as order keys, dedupe keys and paths of steps, are compared byte by
//     byte. Of order keys and dedupe keys, only the KeyHash is stored.
//
// # Leases
//
// A claim ends with its lease. The worker extends the lease with Heartbeat, every
// third of the lease or sooner, and stops working on a run that Heartbeat or any
// write reports as lost. After a lease has ended, the claim remains valid until a
// Sweep takes the run away: a checkpoint or a Finish before that is stored. Every
// gateway sweeps, about once per lease. An engine that knows that a worker is
// dead does not wait for its lease.
//
// A run whose lease ends again and again, without a completed step in between,
// probably kills its workers. It waits longer each time, and in the end Sweep
// fails it.
//
// # Order and limits
//
// Runs of a flow are claimed in the order in which they were accepted, apart from
// runs that wait for a time. Runs of a flow with the same order key run one at a
// time: the oldest run that is not over is next, even while it waits, and the
// others stay queued, blocked by it. Claims are spread over the flows, so that the
// backlog of one flow does not delay another.
package store
