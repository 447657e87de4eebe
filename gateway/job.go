package gateway

import (
	"fmt"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/gateway/snapshot"
	"github.com/webhook-gateway/gateway/gateway/telemetry"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/redact"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/store"
)

// job is the context of one run, or of a request that may become one: its
// identity, its configuration, and the redaction of its secrets.
type job struct {
	id       string
	began    time.Time
	snap     *snapshot.Snapshot // nil if the gateway is closed
	endpoint *snapshot.Endpoint // nil if the request found no endpoint
	log      *telemetry.Log
	sealer   *redact.Sealer
	clock    clock.Clock
	redacted redact.Run // outputs of sensitive actions
}

func (j *job) flowName() string {
	if j.endpoint == nil {
		return ""
	}
	return j.endpoint.Flow.Name
}

// endpointOf returns the endpoint of a flow that runs as a part of the run.
func (j *job) endpointOf(flow string) *snapshot.Endpoint {
	if e := j.snap.Endpoints[flow]; e != nil {
		return e
	}
	return j.endpoint
}

// redactOutput hides the output of a sensitive action in all texts from now on.
func (j *job) redactOutput(s *flow.Step, output any) {
	if s.Sensitive && output != nil {
		j.redacted.Add(output)
	}
}

// redactText replaces secrets and the outputs of sensitive actions in a text.
func (j *job) redactText(text string) string {
	text = j.redacted.Text(text)
	if j.snap == nil {
		return j.log.Redact(text)
	}
	return j.snap.Redactor.Text(text)
}

// redactValue redacts all texts of a JSON-like value.
func (j *job) redactValue(value any) any { return j.snap.Redactor.Value(j.redacted.Value(value)) }

// hasSecret reports whether redactText would change the text.
func (j *job) hasSecret(text []byte) bool {
	return j.redacted.Found(text) || j.snap.Redactor.Found(text)
}

// decodeEvent decodes the stored event of the run. Sealed variables are
// redacted in all texts from now on.
func (j *job) decodeEvent(p *store.Payload) (flow.Event, error) {
	kept, err := openPayload(j.sealer, p)
	if err != nil {
		return nil, err
	}
	if redact.IsSealed(p.Variables) {
		variables, err := value.Decode(kept.Variables, value.Limits{Depth: value.MaxDepth})
		if err != nil {
			return nil, err
		}
		j.redacted.Add(variables)
	}
	return j.endpoint.Codec.Decode(kept, j.snap.Limits)
}

// decodeStored decodes the stored event of a run outside of the run.
func decodeStored(s *redact.Sealer, e *snapshot.Endpoint, p *store.Payload, limits flow.Limits) (flow.Event, error) {
	kept, err := openPayload(s, p)
	if err != nil {
		return nil, err
	}
	return e.Codec.Decode(kept, limits)
}

// openPayload returns a stored event with open variables. The variables of a run
// that another run started are sealed if they hold a secret or the output of a
// sensitive action.
func openPayload(s *redact.Sealer, p *store.Payload) (flow.StoredEvent, error) {
	kept := flow.StoredEvent{Event: p.Event, Body: p.Body, Variables: p.Variables}
	if !redact.IsSealed(kept.Variables) {
		return kept, nil
	}
	var err error
	if kept.Variables, err = s.Open(kept.Variables); err != nil {
		return kept, fmt.Errorf("reading the variables that the run was started with: %w", err)
	}
	return kept, nil
}
