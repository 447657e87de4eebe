package flow

import (
	"context"
	"strings"
	"time"
)

// Journal is the durable side of one run: it remembers the steps that ended,
// so that a run which is interrupted continues after the last completed step.
//
// Execute calls it for each step in this order:
//
//  1. Resume asks for the outcome of the step in an earlier attempt of the run.
//     If there is one, the step does not run, and only Done follows. Resume may
//     be called again for the same step, without a Done, to find where an action
//     continues that holds the step.
//  2. Started asks whether an earlier attempt already ran a part of an action
//     that holds others. Such an action continues even if its condition is now
//     false.
//  3. Before runs immediately before the first try of the step. A step that is
//     skipped, or fails before it runs, has no call of Before.
//  4. Done takes the record of the step when it succeeded, failed, was skipped
//     or was suspended. A step with a timeout also has a record when the run is
//     suspended inside of it.
//
// Durability rests on one guarantee of Before: when it returns nil for a step
// with an effect outside of the run, the records of all steps that must not run
// again are durable. A crash then repeats at most the steps that were between
// Before and Done, each with the same idempotency key. Records that Before did
// not have to write become durable together with the end of the run.
//
// When the run fails, WillRetry decides whether its on_error list runs.
//
// Actions in a loop or a parallel run at the same time, so a Journal must be
// safe for concurrent use. Started must be cheap: a loop of thousands calls it
// for each iteration.
type Journal interface {
	// Resume returns the outcome of the step in an earlier attempt of the run,
	// and false if the step has to run: only Used of the result counts then.
	Resume(c *Call) (Resumed, bool)
	// Started reports whether an earlier attempt ran a step whose path begins
	// with prefix, which is "" or ends in a slash. "" means any step.
	Started(prefix string) bool
	// Before makes the records durable that must not be lost before the step
	// takes effect. The step fails with its error.
	Before(ctx context.Context, c *Call) error
	// Done takes the record of a step that ended.
	Done(r *Record)
	// WillRetry reports whether the run is attempted again after it failed with
	// the error. Its on_error list does not run then.
	WillRetry(e *Error) bool
	// Detach makes the rest of a sync run durable, so that the caller gets the
	// response now and the run continues as an async run. It returns false if
	// no caller waits; the run then continues as it is.
	Detach(ctx context.Context, r *Response) (bool, error)
}

// Resumed is the outcome of a step in an earlier attempt of its run.
type Resumed struct {
	Output any
	Err    error // why the step failed; the output is nil then
	// Used is how much of its timeout a step that has to run used up before the run
	// was suspended inside of it.
	Used time.Duration
}

// NoJournal remembers nothing. Journals that need only some of the methods
// embed it.
type NoJournal struct{}

// Resume finds nothing.
func (NoJournal) Resume(*Call) (Resumed, bool) { return Resumed{}, false }

// Started finds nothing.
func (NoJournal) Started(string) bool { return false }

// Before writes nothing.
func (NoJournal) Before(context.Context, *Call) error { return nil }

// Done drops the record.
func (NoJournal) Done(*Record) {}

// WillRetry returns false: the first attempt is the last.
func (NoJournal) WillRetry(*Error) bool { return false }

// Detach returns false: no caller waits.
func (NoJournal) Detach(context.Context, *Response) (bool, error) { return false, nil }

// Progress is a set of path prefixes below which a run has ended steps, such
// as "items/" and "items/3/", for Journal.Started.
type Progress map[string]struct{}

// Add takes the path of a step that ended.
func (p Progress) Add(path string) {
	for i := strings.LastIndexByte(path, '/'); i >= 0; i = strings.LastIndexByte(path[:i], '/') {
		if _, known := p[path[:i+1]]; known {
			return // the prefixes around it are known too
		}
		p[path[:i+1]] = struct{}{}
	}
	p[""] = struct{}{}
}

// Has reports whether the run has ended a step whose path begins with prefix,
// which is "" or ends in a slash.
func (p Progress) Has(prefix string) bool {
	_, ok := p[prefix]
	return ok
}

var _ Journal = NoJournal{}
