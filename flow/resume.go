package flow

import "slices"

// resume asks the journal for the outcome of the step in an earlier attempt of
// the run. The conditions around such a step are not evaluated again.
func (s *Step) resume(c *Call) (Resumed, bool) {
	r, ok := c.frame.run.Journal.Resume(c)
	if ok && r.Err == nil {
		for _, l := range s.Traits.Lists {
			c.restoreOutputs(l)
		}
	}
	return r, ok
}

// restoreOutputs sets the outputs of a list that an earlier attempt completed,
// so that on_error can read them.
func (c *Call) restoreOutputs(l List) {
	f := c.frame.child()
	for _, s := range l {
		if r, ok := s.resume(&Call{Step: s, frame: f}); ok && r.Err == nil {
			f.setOutput(s.Name, r.Output)
		}
	}
}

// started reports whether an earlier attempt already ran a part of this
// action. Such an action continues even if its condition is now false.
func (c *Call) started() bool {
	journal := c.frame.run.Journal
	if !journal.Started("") {
		return false
	}
	return journal.Started(c.Path()+"/") || slices.ContainsFunc(c.Step.Traits.Lists, c.Started)
}

// Started reports whether an earlier attempt of the run ran a step of a list
// inside the call. An action that chooses among lists continues in that list,
// even if it would now choose another one.
func (c *Call) Started(l List) bool {
	journal := c.frame.run.Journal
	if !journal.Started("") {
		return false
	}
	inner := &Call{frame: c.frame.child()}
	for _, s := range l {
		inner.Step = s
		if _, ok := s.resume(inner); ok {
			return true
		}
		if journal.Started(inner.Path()+"/") || slices.ContainsFunc(s.Traits.Lists, inner.Started) {
			return true
		}
	}
	return false
}
