package store

import "time"

// Filter chooses runs. A zero field does not limit.
type Filter struct {
	Flows  []string // of more than 250, a list reads a limited number of runs for a page
	States []State
	From   time.Time // received at or after it
	To     time.Time // received before it
	// Reasons are reasons of the cause. Like a search for text, a search for them reads
	// a limited number of runs for a page.
	Reasons []string
	// Failure is the key of a FailureGroup: failed runs with its cause.
	Failure string
	// Parent is the id of the run that started the runs.
	Parent string
	// OrderKey is the order key of the runs, or its stored form.
	OrderKey string
	// Text is searched for in id, flow, cause, event, body and variables of the
	// run. ASCII letters match in either case, other bytes must be equal. Of an
	// order key, the whole text or a part of its stored form is found.
	Text string
}

// ListQuery asks for a page.
type ListQuery struct {
	Filter
	Limit int // clamped to 1 to MaxPage
	// After is Page.Next of the page before; "" begins with the newest run.
	After string
}

// MaxPage is how many runs a page has at most.
const MaxPage = 500

// Page is a part of a list. Pages continue by id, so runs that are added or deleted
// in between do not shift them.
type Page struct {
	Runs []Summary
	// Next is the After of the next page; "" after the last page. A page may have
	// fewer runs than the limit, even none, and a Next: a search for text reads a
	// limited number of runs, and so does a list of runs that succeeded where many did
	// not.
	Next string
}

// StatsQuery asks for counts of runs that are over.
type StatsQuery struct {
	Flow string // "" for all
	// From and To limit the time at which runs ended, and are rounded outward to
	// whole Steps. A zero From or To does not limit.
	From, To time.Time
	// Step is the width of a count: any multiple of a minute, from the Unix epoch
	// on in UTC. 0 is one count for the whole time, which is rounded outward to
	// hours.
	Step time.Duration
}

// Count is how many runs of a flow ended in a state, in one step of time. A run
// that was requeued counts only where it ends the next time. A run that was purged
// still counts.
type Count struct {
	Flow  string
	State State
	Time  time.Time // begin of the step; zero if there is one count for all
	N     int64
	Took  time.Duration // sum of the times from Started to Finished, to the millisecond
}

// CompletedStep is a step of a run that is not over.
type CompletedStep struct {
	Run     string // the id
	Path    string
	Kind    string
	Version string // of the flow with which it ran
}

// Depth is how many runs of a flow are not over.
type Depth struct {
	Flow    string
	Queued  int
	Waiting int
	Running int
	// Oldest is when the oldest queued run was received; zero if none is queued.
	Oldest time.Time
}

// RequeueOptions say how runs are requeued. Attempts are counted on, unless
// the run was not started since it was accepted or requeued; see Work.Retried.
type RequeueOptions struct {
	// FromStart resets all steps: every action runs again, with the same idempotency
	// keys. Otherwise the run resumes at the step that failed.
	FromStart bool
	// From is the path of an action that holds no other one, and stands in none: it
	// and the steps that began after it are reset. Earlier steps keep their outputs.
	From string
}

// Changed is the result of changing a page of runs.
type Changed struct {
	N    int    // how many runs were changed
	Next string // as in Page
}

// Retention limits the history. A zero field does not limit. Runs that are not
// over, and counters of purged runs, always stay.
type Retention struct {
	Runs    time.Duration // since the end; older runs are deleted
	Bytes   int64         // above it the oldest runs that are over are deleted, by the bytes that the store uses
	Minutes time.Duration // age at which counters by minute are deleted; at least a day
	Hours   time.Duration // the same for counters by hour and by day
	// Body is how many bytes stay of a body, and of each input and output of a
	// step, in runs that are over. Failed and cancelled runs, which may be
	// requeued, are not cut.
	Body int
}

// Purged is the result of Purge.
type Purged struct {
	Runs int // deleted
	Cut  int // bodies and steps that were cut
	Keys int // that had expired
	More bool
}
