package flow

import "fmt"

// checkEvent fails if the action reads a value that the trigger of the flow gives
// now, and that the run does not have because another kind of trigger started it.
func (s *Step) checkEvent(f *frame) error {
	e, other := f.run.Event.(OtherEvent)
	if !other || f.run.Flow.Trigger == nil {
		return nil
	}
	roots := f.run.Flow.Trigger.Roots()
	for _, r := range s.Reads {
		for _, ref := range r.Refs() {
			if _, given := roots[ref.Root]; given && !e.Has(ref.Root) {
				return otherTriggerError(f.run.Flow, e, fmt.Sprintf("reads %q", ref.Root))
			}
		}
	}
	return nil
}

// otherTriggerError says that an action needs a value of a trigger that did not
// start the run.
func otherTriggerError(f *Flow, e OtherEvent, reads string) *Error {
	return &Error{Class: Invalid, Message: fmt.Sprintf(
		"the action %s, and the run does not have it: trigger %q started the run, and the flow has trigger %q now; restore the trigger, or let the action do without, and retry the run",
		reads, e.Kind(), f.Kind)}
}
