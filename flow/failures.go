package flow

import "time"

// FailedAttempt is one attempt of an action that failed and was followed by
// another.
type FailedAttempt struct {
	Started time.Time
	Took    time.Duration
	Err     *Error
}

// MaxAttemptsKept is how many of the first, and of the last, attempts of an action
// are kept.
const MaxAttemptsKept = 5

// FailedAttempts are the first and the last attempts of an action that failed.
type FailedAttempts struct {
	List    []FailedAttempt // oldest first
	Skipped int             // attempts between the first and the last ones
	Next    time.Time       // when the attempt after them began
}

// addFailure adds an attempt that failed. The bodies of answers are kept with the last
// attempt alone.
func (c *Call) addFailure(a FailedAttempt) {
	a.Err.hideBody()
	if c.failed == nil {
		c.failed = &FailedAttempts{}
	}
	f := c.failed
	if len(f.List) == 2*MaxAttemptsKept {
		f.List = append(f.List[:MaxAttemptsKept], f.List[MaxAttemptsKept+1:]...)
		f.Skipped++
	}
	f.List = append(f.List, a)
}
