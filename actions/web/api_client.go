package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/outbound"
)

// APIClient calls the JSON API of a service that a kind of action knows, such
// as Slack.
type APIClient struct {
	server *Connection // its address and credentials
	client *Client
}

// OpenAPIClient returns a client that shares its connections with all actions
// of the same settings.
func OpenAPIClient(r *flow.Resources, server *Connection) (*APIClient, error) {
	o, err := OpenClient(r, server)
	return &APIClient{server: server, client: o}, err
}

// Call sends JSON, or no body if body is nil, to a path below the base URL. A
// response of any status is not an error.
func (a *APIClient) Call(ctx context.Context, c *flow.Call, method, path string, body any) (*outbound.Response, error) {
	target, err := a.server.resolveURL(path)
	if err != nil {
		return nil, &flow.Error{Class: flow.Invalid, Message: err.Error(), Err: err}
	}
	r := &outbound.Request{Method: method, URL: target.String(), Header: http.Header{}, TLS: a.client.tls}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Idempotency-Key", c.IdempotencyKey())
	if body != nil {
		if r.Body, err = value.Append(nil, body); err != nil {
			return nil, &flow.Error{Class: flow.Invalid, Message: fmt.Sprintf("the values can't be written as JSON: %v", err), Err: err}
		}
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	a.server.addCredentials(r)
	r.HideServer = a.hidesServer(c)
	answer, err := a.client.Outbound.Do(ctx, r)
	if err != nil {
		return nil, flow.WithExchange(TransportFailure(err, a.hidesServer(c)), newExchange(r, nil, a.hidesServer(c)))
	}
	return answer, nil
}

func (a *APIClient) hidesServer(c *flow.Call) bool {
	return a.server.mayRevealSecret() || c.Step.Sensitive
}

// Exchange returns the request of a call that failed, and its answer. hideAnswer
// leaves out the body of the answer.
func (a *APIClient) Exchange(c *flow.Call, method string, answer *outbound.Response, hideAnswer bool) *flow.Exchange {
	x := newExchange(&outbound.Request{Method: method, URL: answer.FinalURL}, answer, a.hidesServer(c))
	if hideAnswer {
		x.Body = nil
	}
	return x
}

// DecodeObject decodes the JSON object in a response. It returns nil if there
// is none.
func DecodeObject(r *outbound.Response) map[string]any {
	v, err := value.Decode(r.Body, value.Limits{Depth: maxResponseDepth})
	if err != nil {
		return nil
	}
	o, _ := v.(map[string]any)
	return o
}

// TemporaryStatus makes the error of a status that may succeed later: 408, 429
// and 5xx. It returns nil for other statuses.
func TemporaryStatus(r *outbound.Response, now time.Time) *flow.Error {
	e := &flow.Error{Class: flow.Transient, Remote: true, RetryAfter: RetryAfter(r.Header, now)}
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
