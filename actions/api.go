package actions

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/outbound"
)

// api is a service whose API a kind of action knows, such as Slack's.
type api struct {
	server *httpConnection // where it is, and the credentials
	outlet *outlet
}

// openAPI makes the client, which is shared with other actions.
func openAPI(r *flow.Resources, server *httpConnection) (*api, error) {
	o, err := openOutlet(r, server)
	return &api{server: server, outlet: o}, err
}

// call sends JSON, or nothing where body is nil, to a path below the base URL.
// An answer of any status is a response.
func (a *api) call(ctx context.Context, c *flow.Call, method, path string, body any) (*outbound.Response, error) {
	target, err := a.server.locate(path)
	if err != nil {
		return nil, &flow.Error{Class: flow.Invalid, Message: err.Error(), Err: err}
	}
	r := &outbound.Request{Method: method, URL: target.String(), Header: http.Header{}, TLS: a.outlet.tls}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Idempotency-Key", c.IdempotencyKey())
	if body != nil {
		if r.Body, err = value.Append(nil, body); err != nil {
			return nil, &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("the values can't be written as JSON: %v", err), Err: err}
		}
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	a.server.sign(r)
	answer, err := a.outlet.client.Do(ctx, r)
	if err != nil {
		return nil, transportFailure(err, a.server.secretive() || c.Step.Sensitive)
	}
	return answer, nil
}

// object reads the JSON object of an answer, nil where it holds none.
func object(r *outbound.Response) map[string]any {
	v, err := value.Decode(r.Body, value.Limits{Depth: answerDepth})
	if err != nil {
		return nil
	}
	o, _ := v.(map[string]any)
	return o
}

// passing makes an error of a status that may be another one later, nil of any
// other status.
func passing(r *outbound.Response) *flow.Error {
	e := &flow.Error{Class: flow.Transient, Remote: true, RetryAfter: retryAfter(r.Header, time.Now())}
	switch {
	case r.Status == http.StatusRequestTimeout:
		e.Reason = flow.ReasonTimeout
	case r.Status == http.StatusTooManyRequests:
		e.Reason = flow.Reason429
	case r.Status >= 500:
		e.Reason = flow.Reason5xx
	default:
		return nil
	}
	return e
}
