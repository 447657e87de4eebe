package ops

import (
	"context"
	"encoding/json"
)

// Rehearsal repeats requests and runs with the flow files as they are. Nothing is
// sent and no store is touched: actions that reach outside get stand-ins.
type Rehearsal interface {
	// DryRun runs a flow in memory. Actions get the answers that they had in a run;
	// made-up ones if the run is nil.
	DryRun(ctx context.Context, flow string, t TryRequest, answers *RunDetail) (*DryRun, error)
	// WriteTest returns the test file that repeats a run.
	WriteTest(run *RunDetail) (string, error)
}

// DryRun is what happened in a dry run.
type DryRun struct {
	Status  int             // of the answer
	Body    json.RawMessage // of the answer: JSON or a string
	State   string          // of the run; "" if the request started none
	Cause   string          // why the run failed
	Actions []DryAction     // in the order in which they ended
	Notes   []string        // what differs from a real run
}

// DryAction is an action of a dry run.
type DryAction struct {
	Path, Kind, State string
	Outside           bool // a stand-in took the place of its effect
	Input, Output     json.RawMessage
	Error             string
}

// DryRun sends a request to a flow in memory, with the answers that actions had in
// a run; "" for made-up answers.
func (s *Service) DryRun(ctx context.Context, name string, t TryRequest, answersOf string) (*DryRun, error) {
	if s.opts.Rehearsal == nil {
		return nil, &Error{Kind: NotFound, Message: "this gateway offers no dry runs"}
	}
	var answers *RunDetail
	if answersOf != "" {
		found, err := s.Run(ctx, answersOf)
		if err != nil {
			return nil, err
		}
		if found.Flow != name {
			return nil, invalid("the run is not one of the flow %q", name)
		}
		answers = found
	}
	return s.opts.Rehearsal.DryRun(ctx, name, t, answers)
}

// RunTest returns the test file that repeats a run, as "gateway test --from-run"
// prints it.
func (s *Service) RunTest(ctx context.Context, id string) (string, error) {
	run, err := s.Run(ctx, id)
	if err != nil {
		return "", err
	}
	if s.opts.Rehearsal == nil {
		return "", &Error{Kind: NotFound, Message: "this gateway writes no tests"}
	}
	return s.opts.Rehearsal.WriteTest(run)
}
