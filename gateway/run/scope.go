// Package run has the parts of one run that do not depend on how it executes:
// while a caller waits (package endpoint), or in the background (package
// worker). A Scope identifies the run, redacts its secrets, encodes its steps
// for the store and writes its log lines. Slots bound how many runs the process
// executes.
package run

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/trace"
	"github.com/webhook-gateway/gateway/internal/ulid"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// Env are the parts of the process that the code of a run works with.
type Env struct {
	Clock  clock.Clock
	Log    *telemetry.Log
	Sealer *redact.Sealer
	// Abandoned counts the computations that did not end in time.
	Abandoned *Abandoned
	Memory    *Memory
	// Harness stands in for the world outside in tests of flows; nil otherwise.
	Harness flow.Harness
	// NewID makes the ids of runs; nil for those of chance.
	NewID  func(now time.Time) string
	Chance flow.Chance
	// Idle is how long loops sleep at least while no signal comes, see Pause.
	Idle   time.Duration
	Pauses *Pauses       // nil in a gateway without a store
	Tracer *trace.Tracer // nil records no traces
}

// ID returns a new id of a run.
func (e *Env) ID(now time.Time) string {
	if e.NewID == nil {
		return ulid.New(now)
	}
	return e.NewID(now)
}

// Pause returns the time after which a loop in the background looks for work
// without a signal: d, or longer where signals are never lost.
func (e *Env) Pause(d time.Duration) time.Duration { return max(d, e.Idle) }

// Scope is the context of one run, or of a request that may become one: its
// identity, its configuration, and the redaction of its secrets.
type Scope struct {
	Env      *Env
	ID       string
	Began    time.Time
	Snapshot *snapshot.Snapshot // nil if the gateway is closed
	Endpoint *snapshot.Endpoint // nil if the request found no endpoint
	Taken    int64              // bytes of the memory budget for the event
	Span     *trace.Span        // of the request or of the run; nil for none

	values   atomic.Int64 // bytes of the memory budget for outputs and expressions
	redacted redact.Run   // outputs of sensitive actions
}

// FlowName returns the name of the flow; "" if the request found no endpoint.
func (s *Scope) FlowName() string {
	if s.Endpoint == nil {
		return ""
	}
	return s.Endpoint.Flow.Name
}

// flowVersion returns the version of the flow; "" if the request found no endpoint.
func (s *Scope) flowVersion() string {
	if s.Endpoint == nil {
		return ""
	}
	return s.Endpoint.Flow.Version
}

// endpointOf returns the endpoint of a flow that runs as a part of the run.
func (s *Scope) endpointOf(flow string) *snapshot.Endpoint {
	if s.FlowName() == flow {
		return s.Endpoint
	}
	if e := s.Snapshot.Endpoints[flow]; e != nil {
		return e
	}
	return s.Endpoint
}

// RedactOutput hides the output of a sensitive action in all texts from now on.
func (s *Scope) RedactOutput(step *flow.Step, output any) {
	if step.Sensitive && output != nil {
		s.redacted.Add(output)
	}
}

// RedactEvent hides the values of the sensitive variables of an event from now on. It
// returns false if the event does not know them.
func (s *Scope) RedactEvent(ev flow.Event) bool {
	guarded, ok := ev.(flow.Guarded)
	if ok {
		for _, v := range guarded.SensitiveValues() {
			s.redacted.AddWritten(v)
		}
	}
	return ok
}

// Redact hides the texts of a value from now on.
func (s *Scope) Redact(v any) { s.redacted.AddWritten(v) }

// Reveal shows the texts of a value that the file passed to nonsensitive.
func (s *Scope) Reveal(v any) { s.redacted.Reveal(v) }

// RedactText replaces secrets and the outputs of sensitive actions in a text.
func (s *Scope) RedactText(text string) string {
	text = s.redacted.Text(text)
	if s.Snapshot == nil {
		return s.Env.Log.Redact(text)
	}
	return s.Snapshot.Redactor.Text(text)
}

// redactValue redacts all texts of a JSON-like value.
func (s *Scope) redactValue(value any) any { return s.Snapshot.Redactor.Value(s.redacted.Value(value)) }

// HasSecret reports whether RedactText would change the text.
func (s *Scope) HasSecret(text []byte) bool {
	return s.redacted.Found(text) || s.Snapshot.Redactor.Found(text)
}

// DecodeEvent decodes the stored event of the run. Sensitive variables, or all if
// the event does not know which are, are redacted in all texts from now on.
func (s *Scope) DecodeEvent(p *store.Payload) (flow.Event, error) {
	stored, err := openPayload(s.Env.Sealer, p)
	if err != nil {
		return nil, err
	}
	event, err := s.Endpoint.Codec.Decode(stored, s.Snapshot.Limits)
	if err != nil {
		return nil, err
	}
	if !s.RedactEvent(event) && redact.IsSealed(p.Variables) {
		variables, err := value.Decode(stored.Variables, value.Limits{Depth: value.MaxDepth})
		if err != nil {
			return nil, err
		}
		s.redacted.Add(variables)
	}
	return event, nil
}

// openPayload returns a stored event with open parts. The variables of a run that
// another run started are sealed if they hold a secret or the output of a sensitive
// action. Those of a flow with sensitive variables are sealed with the parts of the
// request in which they stand.
func openPayload(sealer *redact.Sealer, p *store.Payload) (flow.StoredEvent, error) {
	stored := flow.StoredEvent{Event: p.Event, Body: p.Body, Variables: p.Variables}
	if !redact.IsSealed(stored.Variables) {
		return stored, nil
	}
	var err error
	if stored.Variables, err = sealer.Open(stored.Variables); err != nil {
		return stored, fmt.Errorf("reading the variables that the run was started with: %w", err)
	}
	if redact.IsSealed(stored.Event) {
		if stored.Event, err = sealer.Open(stored.Event); err != nil {
			return stored, fmt.Errorf("reading the request that the run was started with: %w", err)
		}
	}
	if body, err := sealer.Open(stored.Body); err == nil { // another body may begin like a sealed one
		stored.Body = body
	}
	return stored, nil
}
