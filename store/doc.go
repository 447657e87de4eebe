// Package store says how runs are kept: the queue of accepted runs and the
// history of all of them, the checkpoints of their actions, keys with a time
// to live, and counters. Engines in store/sqlite and store/postgres do the
// keeping; store/storetest is the one suite that both pass. The gateway calls
// the package, and knows no engine.
//
// # One row
//
// A run is one row, from its acceptance to its purge: the row is the entry in
// the queue and the record in the history. Its event and body, and its steps,
// lie beside it, so that lists and claims stay narrow.
//
// # States
//
//	              Accept                              Record
//	                 │                                   │
//	    ┌────────────┼───────────────┐            ┌──────┴──────┐
//	    │ delayed    │               │ handed off │             │
//	    ▼     due    ▼     Claim     ▼            ▼             ▼
//	 waiting ────▶ queued ───────▶ running     refused      throttled
//	    ▲            ▲               │
//	    │            ├── Release ────┤  costs no attempt
//	    │            ├── Sweep ──────┤  the lease ended: costs an attempt
//	    │            └── Retry ──────┤  at once: costs an attempt
//	    ├── Park ────────────────────┤  costs no attempt
//	    └── Retry, Sweep, later ─────┤  costs an attempt
//	                                 │
//	                   Finish ───────┼─────────────┐
//	                                 ▼             ▼
//	                             succeeded      failed
//
//	queued, waiting, running ── Cancel, a full queue that drops ──▶ cancelled
//	failed, cancelled ────────── Requeue ──▶ queued
//	succeeded ────────────────── Requeue with Fresh ──▶ queued
//
// A failed run is a dead letter: it stays to be looked at and run again. Record
// also writes runs that are over when they are first heard of, such as those of
// sync flows: succeeded or failed.
//
// # Promises of an engine
//
//   - A write returns after what it wrote is durable, and what it read counts
//     for all gateways on the engine. Waiting writers share one transaction.
//   - One operation of such a transaction may fail without the others. When the
//     transaction itself fails, all of them fail with an error that
//     IsUnavailable recognises, and the engine tries again with the next one: it
//     needs no restart when space or a server comes back. Such an error means
//     that the operation was not done as far as anybody knows; a crash right
//     after it may still bring it to light.
//   - A context that ends before the operation was begun withdraws it. After
//     that the call waits for its outcome, so that no caller is told of a
//     failure that was none.
//   - Whatever must be single is decided inside of a transaction: who claims a
//     run, how many of a flow run at once, whose turn it is under an order key,
//     who came first with a dedupe key.
//   - A claim is fenced: it holds a number that grows with each claim of the
//     run, and whoever writes with an older one gets ErrLost and changes
//     nothing.
//   - Times come from the engine's clock, never from that of a caller: callers
//     give durations.
//   - Event, Body, Variables, Response, Output, Input and Value are bytes to an
//     engine. They come back as they went in, it never reads them, and so none
//     can be in the way of another run. Nil and empty are the same. Hide alone
//     changes them, by what a Cleaner makes of them.
//   - Texts that people read come back as CleanText leaves them. Names that
//     must match, such as order keys, dedupe keys and paths of steps, are
//     compared byte by byte.
//
// # Leases
//
// A claim ends when its lease does. The holder extends it with Heartbeat, at a
// third of the lease or sooner, and stops working on a run that Heartbeat or
// any write reports as lost. A lease that has ended is still the holder's until
// a Sweep takes the run away: a checkpoint or an end that comes in time is
// kept. Every gateway sweeps, at about the length of a lease. An engine that
// knows that a holder is dead need not wait for its lease.
//
// A run that is taken away again and again, without a step done between, is
// likely what kills its holders. Each time it waits longer, and in the end
// Sweep fails it.
//
// # Order and limits
//
// Runs of a flow are claimed in the order in which they were accepted, apart
// from those that wait for a time. Runs with the same order key of the same
// flow run one at a time: the oldest that is not over has its turn, also while
// it waits, and the others stay queued behind it. Among flows claims are spread,
// so that the backlog of one does not hold up another.
package store
