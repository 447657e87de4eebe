package run

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// EncodeStep encodes the record of a step for the store. Inputs are only shown
// to people, so their secrets are redacted. Outputs are needed when the run
// continues, so outputs of sensitive actions and outputs that hold a secret are
// sealed.
func (s *Scope) EncodeStep(rec *flow.Record) store.Step {
	step := store.Step{
		Path: rec.Path, Kind: rec.Step.Kind, State: rec.State, Attempts: rec.Attempts,
		Began: rec.Started, Took: rec.Took, Input: s.encodeInput(rec), Output: s.EncodeOutput(rec), Version: s.flowVersion(),
	}
	if rec.State == flow.Suspended || rec.State == flow.SuspendedInside {
		step.Took = rec.Wait
	}
	if rec.EndedRun {
		step.State = store.StepEnded
	}
	if rec.Err != nil {
		step.Cause = s.FailureCause(rec.Err)
		step.Output = s.encodeErrorBody(rec)
	}
	if rec.Earlier != nil {
		d := DecodeDetail(step.Cause.Detail)
		d.Began = rec.Earlier.Next.UTC()
		d.addAttempts(s.encodeAttempts(rec.Earlier.List), rec.Earlier.Skipped)
		step.Cause.Detail = d.encode()
	}
	return step
}

// encodeErrorBody encodes the body of the answer to a failed call. It is the output
// of a failed step, because on_error may read it when the run continues.
func (s *Scope) encodeErrorBody(rec *flow.Record) []byte {
	if rec.Err.Exchange == nil {
		return nil
	}
	return s.EncodeOutput(&flow.Record{Step: rec.Step, Output: rec.Err.Exchange.Body})
}

func (s *Scope) encodeInput(rec *flow.Record) []byte {
	if len(rec.Input) == 0 {
		return nil
	}
	text, err := value.Append(nil, s.redactValue(rec.Input))
	if err != nil {
		return nil // a value that has no JSON form must not fail the run
	}
	return text
}

// EncodeOutput encodes an output for the store, sealed if it must not be shown. It
// returns nil for an output that has no JSON form.
func (s *Scope) EncodeOutput(rec *flow.Record) []byte {
	if rec.Output == nil {
		return nil
	}
	text, err := value.Append(nil, rec.Output)
	if err != nil {
		return nil
	}
	if rec.Step.HidesOutput() || s.HasSecret(text) {
		return s.Env.Sealer.Seal(text)
	}
	return text
}

// MarkForRetry makes failed steps run again if an operator retries the run.
func MarkForRetry(steps []store.Step) {
	for i := range steps {
		if steps[i].State == flow.Failed {
			steps[i].State = store.StepRetry
		}
	}
}

// DecodeStep returns the output or the error of a stored step. It returns false
// if the step has to run.
func (s *Scope) DecodeStep(step *flow.Step, stored store.Step) (out any, err error, done bool) {
	switch stored.State {
	case flow.Suspended:
		// A shorter wait of the run may be over while this one is not.
		if left := clock.Until(s.Env.Clock, stored.Began.Add(stored.Took)); left > 0 {
			return nil, flow.StillSuspended(left), true
		}
	case flow.Failed:
		return nil, s.decodeFailure(step, stored), true
	case flow.Succeeded:
	default:
		return nil, nil, false
	}
	if out, err = s.decodeOutput(stored.Output); err != nil {
		return nil, fmt.Errorf("reading the stored output of the action: %w", err), true
	}
	if restore := step.Traits.Restore; restore != nil && out != nil {
		out = restore(out)
	}
	return out, nil, true
}

// decodeFailure returns the error of a stored step that failed for good, with the
// status and the body that on_error reads.
func (s *Scope) decodeFailure(step *flow.Step, stored store.Step) *flow.Error {
	c := stored.Cause
	e := &flow.Error{Action: c.Action, Class: flow.Class(c.Class), Reason: c.Reason, Message: c.Message, Range: step.Range, Block: step.Block}
	if x := DecodeDetail(c.Detail).Exchange; x != nil {
		e.Exchange = &flow.Exchange{Method: x.Method, Path: x.Path, Status: x.Status}
		if body, err := s.decodeOutput(stored.Output); err == nil {
			e.Exchange.Body = body
		}
	}
	return e
}

// decodeOutput decodes a stored output. It may be sealed even if the action is
// not sensitive now.
func (s *Scope) decodeOutput(text []byte) (any, error) {
	if redact.IsSealed(text) {
		var err error
		if text, err = s.Env.Sealer.Open(text); err != nil {
			return nil, err
		}
	}
	if len(text) == 0 {
		return nil, nil
	}
	return value.Decode(text, value.Limits{Depth: value.MaxDepth})
}

// UsedTimeout returns how much of its timeout a step used up before the run was
// suspended inside of it.
func (s *Scope) UsedTimeout(stored store.Step) time.Duration {
	if stored.State != flow.SuspendedInside {
		return 0
	}
	return flow.UsedTimeout(s.Env.Clock, stored.Began, stored.Took)
}

// FailureCause describes an error for the store, without secrets.
func (s *Scope) FailureCause(e *flow.Error) store.Cause {
	return store.Cause{
		Reason: e.Reason, Class: string(e.Class), Action: e.Action, Position: formatPosition(e.Range),
		Message: s.RedactText(e.RedactedMessage()), Detail: s.encodeDetail(e),
	}
}

func (s *Scope) encodeDetail(e *flow.Error) string {
	d := s.newDetail(e)
	return d.encode()
}

// StopCause describes the action that ended a run as failed.
func (s *Scope) StopCause(out *flow.Outcome) store.Cause {
	c := store.Cause{Reason: "stopped", Message: s.RedactText(out.Message)}
	if ended := out.EndedBy; ended != nil {
		d := Detail{Source: newSource(ended.Block)}
		c.Action, c.Position, c.Detail = ended.Name, formatPosition(ended.Range), d.encode()
	}
	return c
}

// formatPosition returns the place of a block in the files, for people.
func formatPosition(r hcl.Range) string {
	return fmt.Sprintf("%s:%d,%d", r.Filename, r.Start.Line, r.Start.Column)
}

// NewPayload returns the payload of a run that starts with a stored event. It seals
// the parts that hold values of sensitive variables.
func NewPayload(sealer *redact.Sealer, e flow.StoredEvent) store.Payload {
	seal := func(sensitive bool, text []byte) []byte {
		if sensitive && len(text) > 0 {
			return sealer.Seal(text)
		}
		return text
	}
	return store.Payload{Event: seal(e.SensitiveEvent, e.Event), Body: seal(e.Sensitive, e.Body), Variables: seal(e.Sensitive, e.Variables)}
}

// storedResponse is the stored form of a response.
type storedResponse struct {
	Status int                 `json:"status"`
	Header map[string][]string `json:"headers,omitempty"`
	Body   []byte              `json:"body,omitempty"`
}

// EncodeResponse encodes a response for the store, sealed if it must not be
// shown.
func (s *Scope) EncodeResponse(r *flow.Response) []byte {
	text := EncodeResponse(r)
	if r.Sensitive || s.HasSecret(r.Body) || s.HasSecret(text) {
		return s.Env.Sealer.Seal(text)
	}
	return text
}

// OpenResponse decodes a stored response, which may be sealed.
func OpenResponse(sealer *redact.Sealer, text []byte) (*flow.Response, error) {
	if !redact.IsSealed(text) {
		return DecodeResponse(text)
	}
	open, err := sealer.Open(text)
	if err != nil {
		return nil, fmt.Errorf("reading the stored response: %w", err)
	}
	r, err := DecodeResponse(open)
	if err == nil {
		r.Sensitive = true
	}
	return r, err
}

// EncodeResponse encodes a response in the open.
func EncodeResponse(r *flow.Response) []byte {
	text, err := json.Marshal(storedResponse{r.Status, r.Header, r.Body})
	if err != nil {
		return nil // numbers, texts and bytes always marshal
	}
	return text
}

// DecodeResponse decodes a stored response that is not sealed.
func DecodeResponse(text []byte) (*flow.Response, error) {
	var s storedResponse
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("reading the stored response: %w", err)
	}
	return &flow.Response{Status: s.Status, Header: s.Header, Body: s.Body}, nil
}
