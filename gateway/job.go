package gateway

import (
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// job is what is known of a run, or of a request that may become one, for
// logs and metrics.
type job struct {
	g        *Gateway
	snap     *snapshot // nil where the gateway is closed
	endpoint *endpoint // nil where no endpoint was found
	id       string
	began    time.Time
	redacted redact.Run // outputs of sensitive actions
}

func (j *job) flowName() string {
	if j.endpoint == nil {
		return ""
	}
	return j.endpoint.flow.Name
}

// inside is the endpoint of a flow that may run as a part of the job's own.
func (j *job) inside(flow string) *endpoint {
	if e := j.snap.byName[flow]; e != nil {
		return e
	}
	return j.endpoint
}

// conceal hides the output of a sensitive action from now on.
func (j *job) conceal(s *flow.Step, output any) {
	if s.Sensitive && output != nil {
		j.redacted.Add(output)
	}
}

// clean takes secrets out of a text, and what sensitive actions returned.
func (j *job) clean(text string) string {
	text = j.redacted.Text(text)
	if j.snap == nil {
		return j.g.log.Redact(text)
	}
	return j.snap.hide.Text(text)
}

// cleanValue is clean for all texts of a JSON-like value.
func (j *job) cleanValue(value any) any { return j.snap.hide.Value(j.redacted.Value(value)) }

// hides tells whether a text holds what clean would take out.
func (j *job) hides(text []byte) bool { return j.redacted.Found(text) || j.snap.hide.Found(text) }
