package store

import "time"

// Filter chooses runs. What is zero does not limit.
type Filter struct {
	Flows  []string
	States []State
	From   time.Time // received at or after it
	To     time.Time // received before it
	// Text is searched in id, flow, order key, cause, event, body and variables
	// of the run, as a part of any of them. ASCII letters match in either case,
	// all else byte by byte.
	Text string
}

// ListQuery asks for a page.
type ListQuery struct {
	Filter
	Limit int // 1 to MaxPage; others are taken as the nearest of them
	// After is Page.Next of the page before; "" begins with the newest run.
	After string
}

// MaxPage is how many runs a page has at most.
const MaxPage = 500

// Page is a part of a list. As pages go by ids, runs that are added or deleted
// meanwhile shift nothing.
type Page struct {
	Runs []Summary
	// Next asks for what comes after; "" where there is nothing more. A page may
	// have fewer runs than asked for, even none, and a Next: a search for text
	// looks at a limited number of runs each time.
	Next string
}

// StatsQuery asks for counts of runs that are over.
type StatsQuery struct {
	Flow string // "" for all
	// From and To bound the time at which runs ended, and are rounded outward to
	// whole Steps. A zero From is the beginning, a zero To the end.
	From, To time.Time
	// Step is the width of a count: any multiple of a minute, or of an hour, from
	// the Unix epoch on in UTC. 0 is one count for the whole time, which is
	// rounded outward to hours.
	Step time.Duration
}

// Count is how many runs of a flow came to a state in a step of time. A run
// that was requeued counts where it ends the next time, and no more where it
// ended before. A run that was purged still counts.
type Count struct {
	Flow  string
	State State
	Time  time.Time // begin of the step; zero where there is one for all
	N     int64
	Took  time.Duration // from Started to Finished, in sum, to the millisecond
}

// Depth is how many runs of a flow are not over.
type Depth struct {
	Flow    string
	Queued  int
	Waiting int
	Running int
	// Oldest is when the oldest queued run was received; zero where none is
	// queued.
	Oldest time.Time
}

// RequeueOptions say how runs are run again. The attempts are counted anew.
type RequeueOptions struct {
	// Fresh forgets the steps that were done: every action runs again, with the
	// idempotency keys that it had. Otherwise the run goes on where it failed.
	// A run that succeeded can only be run again fresh.
	FromStart bool
}

// Changed is what became of a page of runs.
type Changed struct {
	N    int    // how many were changed
	Next string // as in Page
}

// Retention says what is kept of the history. What is zero does not limit.
// Open runs, and counters of runs that are purged, are kept in any case.
type Retention struct {
	Runs    time.Duration // runs that ended longer ago are deleted
	Bytes   int64         // above it the oldest runs that are over are deleted, by the bytes that the store uses
	Minutes time.Duration // counters by minute are deleted when their minute is as old; kept a day at least
	Hours   time.Duration // counters by hour, and wider ones, likewise
	// Body is how many bytes of a body, and of a step's input and output each,
	// are kept of runs that will not need them again: those that are over, apart
	// from dead letters and what was cancelled.
	Body int
}

// Purged is what a purge did.
type Purged struct {
	Runs int // deleted
	Cut  int // bodies and steps that were cut
	Keys int // whose time was over
	More bool
}
