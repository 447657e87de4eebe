package flow

import "errors"

// errNotAtOnce is the error of an action or a condition that does not end at once.
var errNotAtOnce = errors.New("it does not end at once")

// EndsAtOnce reports whether the flow has actions without an effect outside of the run
// alone, each of which ends at once most of the time. A run of such a flow can be
// executed before it is stored, by Run.AtOnce: if that fails, it is executed again
// later, as if nothing had happened.
func (f *Flow) EndsAtOnce() bool {
	if f.Parts.Begin != nil {
		return false
	}
	for _, s := range f.Actions {
		if !s.endsAtOnce() {
			return false
		}
	}
	return true
}

func (s *Step) endsAtOnce() bool {
	if s.IsBrief() {
		return !s.Traits.Answers && !s.Traits.Waits && !s.Traits.Stores
	}
	_, quick := s.Action.(Quick)
	return quick && s.Traits.Pure
}
