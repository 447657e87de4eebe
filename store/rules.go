package store

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Rules that every engine applies.

// Validate returns the id of a submission, or an error if it is not valid.
func (s *Submission) Validate() (ID, error) {
	id, err := ParseID(s.ID)
	if err != nil {
		return ID{}, err
	}
	if s.Flow == "" {
		return ID{}, errors.New("the submission has no flow")
	}
	if s.Parent != "" {
		if _, err := ParseID(s.Parent); err != nil {
			return ID{}, fmt.Errorf("the run that started the submission: %w", err)
		}
	}
	if c := s.Claim; c != nil && c.Ended != nil && (c.Started || c.Ended.State != Succeeded || !c.Ended.Cause.IsZero()) {
		return ID{}, errors.New("the submission has ended, and not by success alone")
	}
	return id, nil
}

// Finished returns the payload and the status of a run that has ended.
func (s *Submission) Finished(e *Ending) (Payload, int) {
	p := s.Payload
	if len(e.Response) > 0 {
		p.Response = e.Response
	}
	if len(e.Output) > 0 {
		p.Output = e.Output
	}
	return p, cmp.Or(e.Status, s.Status)
}

// IsStarted reports whether the caller already executes the run.
func (s *Submission) IsStarted() bool { return s.Claim != nil && s.Claim.Started }

// Validate returns an error if the state is not one in which a run can end.
func (e *Ending) Validate() error {
	switch e.State {
	case Succeeded, Failed, Cancelled:
		return nil
	}
	return fmt.Errorf("a run cannot end as %s: use succeeded, failed or cancelled", e.State)
}

// UpdatesTables is the warning of an engine that updates tables with runs. It may build
// an index of the whole history.
const UpdatesTables = "the tables of the store, which an earlier version made, are updated now; the start takes longer, one to three seconds for each million runs"

// Validate returns the id of an entry, or an error if it is not valid.
func (e *Entry) Validate() (ID, error) {
	id, err := ParseID(e.ID)
	if err == nil && (e.State < Succeeded || e.State > Ignored) {
		err = fmt.Errorf("run %s is %s: only a run that is over can be recorded", e.ID, e.State)
	}
	return id, err
}

// AddCount adds a count to the one before it if both count the same, and else appends
// it. The counts of a month are tens of thousands, so their space doubles when it is
// full: append alone would copy them more often.
func AddCount(counts []Count, c Count) []Count {
	n := len(counts)
	if n > 0 {
		if l := &counts[n-1]; l.Flow == c.Flow && l.State == c.State && l.Time.Equal(c.Time) {
			l.N, l.Took = l.N+c.N, l.Took+c.Took
			return counts
		}
	}
	if n == cap(counts) {
		counts = slices.Grow(counts, max(n, 64))
	}
	return append(counts, c)
}

// PageSize returns the limit of a page.
func (q *ListQuery) PageSize() int { return min(max(q.Limit, 1), MaxPage) }

// IDBounds returns the ids between which the runs of a page lie, both excluded. It
// returns false if there can be none.
func (q *ListQuery) IDBounds() (after, before ID, some bool, err error) {
	for i := range before {
		before[i] = 0xff
	}
	epoch := time.Unix(0, 0)
	if id, ok := FirstID(q.From); ok {
		after = id
	} else if q.From.After(epoch) {
		return after, before, false, nil
	}
	if id, ok := FirstID(q.To); ok {
		before = id
	} else if !q.To.IsZero() && q.To.Before(epoch) {
		return after, before, false, nil
	}
	if q.After == "" {
		return after, before, true, nil
	}
	last, err := ParseID(q.After)
	if err != nil {
		return after, before, false, fmt.Errorf("the page cannot begin there: %w", err)
	}
	if slices.Compare(last[:], before[:]) < 0 {
		before = last
	}
	return after, before, true, nil
}

// WithStates returns the query for the runs that are also in one of the states. It
// returns false if there can be none.
func (q ListQuery) WithStates(states ...State) (ListQuery, bool) {
	if len(q.States) > 0 {
		states = slices.DeleteFunc(slices.Clone(states), func(s State) bool { return !slices.Contains(q.States, s) })
	}
	q.States = states
	return q, len(states) > 0
}

// FailureKey returns the key of the filter, and whether there is one. The error says
// that the filter has another text.
func (f *Filter) FailureKey() (key int64, asked bool, err error) {
	if f.Failure == "" {
		return 0, false, nil
	}
	key, ok := ParseFailureKey(f.Failure)
	if !ok {
		return 0, false, fmt.Errorf("%q is no key of a cause", f.Failure)
	}
	return key, true, nil
}

// ParentID returns the id of Parent, and whether the filter has one.
func (f *Filter) ParentID() (id ID, asked bool, err error) {
	if f.Parent == "" {
		return ID{}, false, nil
	}
	id, err = ParseID(f.Parent)
	return id, true, err
}

// Selects reports whether a run has one of the flows, of the states and of the reasons
// of the filter.
func (f *Filter) Selects(r *Summary) bool {
	return (len(f.Reasons) == 0 || slices.Contains(f.Reasons, r.Cause.Reason)) &&
		(len(f.Flows) == 0 || slices.Contains(f.Flows, r.Flow)) && (len(f.States) == 0 || slices.Contains(f.States, r.State))
}

// MayHaveOutcomes reports whether an Outcome can match the filter, apart from flow,
// time and text: it succeeded, has no cause and no order key, and no run started it.
func (f *Filter) MayHaveOutcomes() bool {
	return f.Failure == "" && f.Parent == "" && f.OrderKey == "" && len(f.Reasons) == 0 && (len(f.States) == 0 || slices.Contains(f.States, Succeeded))
}

// Requeueable returns the states of the runs that RequeueAll requeues: failed runs,
// and runs that were cancelled, dismissed or, from the start, succeeded if the query asks for
// their states.
func (o RequeueOptions) Requeueable(q ListQuery) []State {
	states := []State{Failed}
	if len(q.States) > 0 {
		states = append(states, Cancelled, Dismissed)
		if o.resets() {
			states = append(states, Succeeded)
		}
	}
	return states
}

// SucceededReason says that a run which succeeded can't continue.
const SucceededReason = `succeeded, and can only be run again from its start, by "fresh", or from one of its actions, by "from_action"`

// resets reports whether steps run again that ended.
func (o RequeueOptions) resets() bool { return o.FromStart || o.From != "" }

// NotReached returns the ErrState of a run that has no step from which it is to
// run again.
func (o RequeueOptions) NotReached(id ID) error {
	return &RunError{id.String(), fmt.Sprintf("did not come to action %q, so it can't be run again from there", o.From), ErrState}
}

// Check returns an error if a run may not be requeued.
func (o RequeueOptions) Check(id ID, s State, cut, hasPayload bool) error {
	switch {
	case s == Succeeded && !o.resets():
		return &RunError{id.String(), SucceededReason, ErrState}
	case s != Failed && s != Cancelled && s != Succeeded && s != Dismissed:
		return &RunError{id.String(), fmt.Sprintf("is %s; runs that failed, were cancelled or dismissed, or succeeded can be run again", s), ErrState}
	case cut:
		return &RunError{id.String(), "can't be run again, as the history holds only a part of its body", ErrCut}
	case !hasPayload:
		return &RunError{id.String(), "can't be run again, as the history does not hold its request", ErrState}
	}
	return nil
}

// CheckDismiss returns an error if a run may not be dismissed.
func CheckDismiss(id ID, s State) error {
	if s != Failed {
		return &RunError{id.String(), fmt.Sprintf("is %s; only runs that failed can be dismissed", s), ErrState}
	}
	return nil
}

// ChangedSinceListed reports whether an error of changing one run of a page only
// says that the run has changed since it was listed.
func ChangedSinceListed(err error) bool {
	return errors.Is(err, ErrState) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrCut)
}

// WatchersOf returns the flows that watch failures of a flow.
func (q SweepQuery) WatchersOf(flow string) []string {
	if q.Watchers == nil {
		return nil
	}
	return q.Watchers(flow)
}

// maxLossBackoff limits the wait of a run that is lost again and again.
const maxLossBackoff = time.Hour

// LossDelay returns how long a run waits that was lost a number of times in a row,
// or false if it fails.
func (q SweepQuery) LossDelay(times int) (time.Duration, bool) {
	if q.MaxLost > 0 && times > q.MaxLost {
		return 0, false
	}
	if times <= 1 || q.Backoff <= 0 {
		return 0, true
	}
	wait := q.Backoff
	for ; times > 2 && wait < maxLossBackoff; times-- {
		wait *= 2
	}
	return min(wait, maxLossBackoff), true
}

// SkipCause returns the cause of a submission that does not run because a number
// of runs of its flow are open.
func SkipCause(open int) Cause {
	c := Cause{Reason: ReasonSkipped, Message: "an earlier run of the flow was not over"}
	if open > 1 {
		c.Message = fmt.Sprintf("%d earlier runs of the flow were not over", open)
	}
	return c
}

// LossCause returns the cause of a run that was lost a number of times in a row.
func LossCause(times int) Cause {
	c := Cause{Reason: ReasonLost, Class: "internal", Message: "the gateway that worked on the run went away"}
	if times > 1 {
		c.Message = fmt.Sprintf("the gateways that worked on the run went away, %d times in a row without a step done", times)
	}
	return c
}
