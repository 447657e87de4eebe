// Package postgres keeps runs in PostgreSQL, for several gateways on one
// server. See package store for what it promises.
//
// # Where
//
// Everything lies in one schema, "gateway" unless the URL's search_path names
// another, which is made if the role may. Migrations are applied when a store
// is opened, under a lock; they only add, so that gateways of the version before
// go on working until they are replaced.
//
// The server must be PostgreSQL 12 or later, or speak like it: nothing is used
// that distributed databases with its dialect lack, but for NOTIFY. Where that
// is missing, other gateways find new work when they poll. A pooler between must
// keep sessions. Whatever the role or the server has set, a session waits for
// its commits to be durable; that the server itself flushes (fsync) is up to
// those who run it.
//
// # Who decides
//
// The row of a flow in the table flows is the lock of its queue, and counts it.
// A run enters or leaves the states "queued" only under that lock, so claims,
// limits, bounds and the order of runs with the same order key need no other.
// What is decided is decided in Go between two trips: the first locks and reads,
// the second writes and commits. Locks are always taken in the order flows (by
// name), keys, runs.
//
// What the holder of a run does to it goes by the fence in its row, in one trip,
// and without the flow's lock unless the run goes back to the queue or gives up
// its turn.
//
// # Batches
//
// Operations wait in two batchers, one for what comes in and one for what holders
// do, and each transaction takes what has gathered during the one before. A
// statement writes many rows, from arrays. If one operation makes a transaction
// fail, the batch is split until that one is found.
package postgres
