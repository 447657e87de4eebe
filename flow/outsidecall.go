package flow

// OutsideCall returns a call that comes from no run: a person or a test starts a
// flow that others call. id is different for each call.
func OutsideCall(id string) *Call {
	return &Call{Step: &Step{Name: "call"}, frame: &frame{run: &Run{ID: id, Flow: &Flow{}, Event: noEvent{}}}}
}

// noEvent is the event of a run that nothing started.
type noEvent struct{}

func (noEvent) Value(string) any { return nil }
func (noEvent) Input() any       { return nil }
