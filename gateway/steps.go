package gateway

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// step writes how an action went as it is kept. Inputs are for people alone:
// secrets are taken out of them. Outputs are what the run goes on from: those
// of a sensitive action, and those in which a secret stands, are sealed.
func (j *job) step(rec *flow.Record) store.Step {
	s := store.Step{
		Path: rec.Path, Kind: rec.Step.Kind, State: rec.State, Attempts: rec.Attempts,
		Began: rec.Began, Took: rec.Took, Input: j.input(rec), Output: j.output(rec),
	}
	if rec.State == flow.Parked {
		s.Took = rec.Aside
	}
	if rec.Ended {
		s.State = store.StepEnded
	}
	if rec.Err != nil {
		s.Cause = j.cause(rec.Err)
	}
	return s
}

func (j *job) input(rec *flow.Record) []byte {
	if len(rec.Input) == 0 {
		return nil
	}
	text, err := value.Append(nil, j.cleanValue(rec.Input))
	if err != nil {
		return nil // a value that has no JSON form is not worth losing the run for
	}
	return text
}

func (j *job) output(rec *flow.Record) []byte {
	if rec.Output == nil {
		return nil
	}
	text, err := value.Append(nil, rec.Output)
	if err != nil {
		return nil
	}
	if rec.Step.Sensitive || j.hides(text) {
		return j.g.seal.Seal(text)
	}
	return text
}

// markAgain makes steps that failed be done when the run is run again.
func markAgain(steps []store.Step) {
	for i := range steps {
		if steps[i].State == flow.Failed {
			steps[i].State = store.StepRetry
		}
	}
}

// restore gives what a kept step returned, or how it failed. It returns false
// for a step that is to be done.
func (j *job) restore(s *flow.Step, kept store.Step) (out any, err error, done bool) {
	switch kept.State {
	case flow.Parked:
		if left := time.Until(kept.Began.Add(kept.Took)); left > 0 { // another wait of the run was over sooner
			return nil, flow.Aside(left), true
		}
	case flow.Failed:
		return nil, &flow.Error{
			Action: kept.Cause.Action, Class: flow.Class(kept.Cause.Class), Reason: kept.Cause.Reason, Message: kept.Cause.Message, Range: s.Range,
		}, true
	case flow.Succeeded:
	default:
		return nil, nil, false
	}
	text := kept.Output
	if redact.IsSealed(text) { // whatever the step says of itself by now
		if text, err = j.g.seal.Open(text); err != nil {
			return nil, fmt.Errorf("reading what the action returned before: %w", err), true
		}
	}
	if len(text) == 0 {
		return nil, nil, true
	}
	if out, err = value.Decode(text, value.Limits{Depth: value.MaxDepth}); err != nil {
		return nil, fmt.Errorf("reading what the action returned before: %w", err), true
	}
	if restore := s.Traits.Restore; restore != nil {
		out = restore(out)
	}
	return out, nil, true
}

// cause says why something failed, without secrets.
func (j *job) cause(e *flow.Error) store.Cause {
	return store.Cause{
		Reason: e.Reason, Class: string(e.Class), Action: e.Action,
		Position: position(e.Range),
		Message:  j.clean(e.Shown()),
	}
}

// stopped says which action decided that a run has failed.
func (j *job) stopped(out *flow.Outcome) store.Cause {
	c := store.Cause{Reason: "stopped", Message: j.clean(out.Message)}
	if s := out.Ended; s != nil {
		c.Action, c.Position = s.Name, position(s.Range)
	}
	return c
}

// position is where something stands in the files, for people.
func position(r hcl.Range) string {
	return fmt.Sprintf("%s:%d,%d", r.Filename, r.Start.Line, r.Start.Column)
}

// keptResponse is an answer as it is kept.
type keptResponse struct {
	Status int                 `json:"status"`
	Header map[string][]string `json:"headers,omitempty"`
	Body   []byte              `json:"body,omitempty"`
}

func encodeResponse(r *flow.Response) []byte {
	text, err := json.Marshal(keptResponse{r.Status, r.Header, r.Body})
	if err != nil {
		return nil // numbers, texts and bytes always marshal
	}
	return text
}

func decodeResponse(text []byte) (*flow.Response, error) {
	var k keptResponse
	if err := json.Unmarshal(text, &k); err != nil {
		return nil, fmt.Errorf("reading the kept answer: %w", err)
	}
	return &flow.Response{Status: k.Status, Header: k.Header, Body: k.Body}, nil
}
