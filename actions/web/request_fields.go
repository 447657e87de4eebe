package web

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/expr"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/ranges"
	"github.com/webhook-gateway/gateway/outbound"
)

// requestFields holds the attributes that "http" and "webhook" share.
type requestFields struct {
	headers    expr.Of[map[string]string]
	connection *Connection // nil if there is none

	success     string
	successes   ranges.Set
	maxResponse expr.Size
	redirects   int
	seeOther    bool

	client *Client // set by Open
}

func (x *requestFields) describeFields(s *schema.Spec) {
	x.success, x.maxResponse, x.redirects = "200-299", 10<<20, 5
	schema.Expr(s, &x.headers, "headers", "Further header fields. They replace those of the gateway and the connection.", schema.Kept(), schema.CredentialMembers())
	flow.UseConnection(s, &x.connection, "http", "The server and credentials of the request. The credentials are sent to the connection's own server only, also after redirects.")
	schema.Attr(s, &x.success, "success", "The successful statuses: numbers and ranges, separated by commas, such as `200-299,404`.")
	schema.Attr(s, &x.maxResponse, "max_response", "The limit for the size of the answer's body, decoded. A larger one fails the action.")
	schema.Attr(s, &x.redirects, "redirects", "How many redirects are followed, at most 20. With 0 a redirect is an answer like any other. `GET` and `HEAD` are followed everywhere, and 307 and 308 with the same method and body on the same server. A 301, 302 or 303 that would make the request a `GET` without its body fails the action, and the message names the new address for `url`.")
	schema.Attr(s, &x.seeOther, "see_other", "Whether a 301, 302 or 303 makes the request a `GET` without its body, as browsers do, for servers that show the result of a form on another page.")
}

// statusKind describes the values of "success".
func statusKind() ranges.Kind {
	return ranges.Kind{Noun: "a status or a range of statuses", Lowest: 200, Highest: 599, Example: "200-299,404"}
}

func (x *requestFields) checkFields(d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	var err error
	if x.successes, err = statusKind().Parse(x.success); err != nil {
		diags = append(diags, d.Problem("success", "Wrong statuses", diag.Sentence(err)))
	}
	if x.redirects < 0 || x.redirects > 20 {
		diags = append(diags, d.Problem("redirects", "Wrong value", "The number of redirects is from 0 to 20."))
	}
	if x.seeOther && x.redirects == 0 {
		diags = append(diags, d.Problem("see_other", "No redirects to follow", `With redirects = 0 no redirect is followed: leave "see_other" out.`))
	}
	if x.maxResponse < 1 || x.maxResponse > 1<<30 {
		diags = append(diags, d.Problem("max_response", "Wrong value", "The size of an answer is from 1B to 1GiB."))
	}
	headers, _ := x.headers.Constant()
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if err := flow.CheckHeader(name, headers[name]); err != nil {
			diags = append(diags, d.Problem("headers", "Wrong header", diag.Sentence(err)))
		}
	}
	return diags
}

// Open returns the client that all actions with the same settings share.
func (x *requestFields) Open(r *flow.Resources) error {
	var err error
	x.client, err = OpenClient(r, x.connection)
	return err
}

// restoreHeaders makes the header fields of a stored output look up names
// without regard to case again.
func restoreHeaders(v any) any {
	out, ok := v.(map[string]any)
	if !ok {
		return v
	}
	kept, ok := out["headers"].(map[string]any)
	if !ok {
		return v
	}
	headers := make(responseHeaders, len(kept))
	for name, text := range kept {
		if text, ok := text.(string); ok {
			headers[name] = []string{text}
		}
	}
	out = maps.Clone(out)
	out["headers"] = headers
	return out
}

// newRequest builds the request of one attempt. It adds the connection's
// credentials only for the connection's own server.
func (x *requestFields) newRequest(ctx context.Context, c *flow.Call, method string, target *url.URL, body []byte, contentType string) (*outbound.Request, error) {
	own, err := x.headers.EvalOr(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	r := &outbound.Request{
		Method: method, URL: target.String(), Header: http.Header{}, Body: body,
		MaxResponse: int64(x.maxResponse), Redirects: x.redirects, SeeOther: x.seeOther,
	}
	if x.connection.isServerOf(target) {
		x.connection.addCredentials(r)
		if x.client != nil { // a test of the flow opens none
			r.TLS = x.client.tls
		}
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r, x.addHeaders(r, own, c)
}

// addHeaders adds the fields of the file, which replace all others, and the
// idempotency key.
func (x *requestFields) addHeaders(r *outbound.Request, own map[string]string, c *flow.Call) error {
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if err := flow.CheckHeader(name, own[name]); err != nil {
			return flow.InvalidValue(x.headers.Expr(), err)
		}
		r.Header.Set(name, own[name])
		if x.headers.Expr().Sensitive() {
			r.Sensitive = append(r.Sensitive, name)
		}
	}
	if _, given := r.Header["Idempotency-Key"]; !given {
		r.Header.Set("Idempotency-Key", c.IdempotencyKey())
	}
	return nil
}

// sendRequest sends a request and returns a successful response. hideServer
// keeps the server's name out of errors.
func (x *requestFields) sendRequest(ctx context.Context, c *flow.Call, r *outbound.Request, hideServer bool) (*outbound.Response, error) {
	answer, err := x.exchange(ctx, c, r, hideServer)
	if err != nil {
		return nil, flow.WithExchange(err, newExchange(r, nil, hideServer))
	}
	if !x.successes.Has(answer.Status) {
		return nil, flow.WithExchange(statusError(answer, hideServer, c.Clock().Now()), newExchange(r, answer, hideServer))
	}
	return answer, nil
}

// exchange sends a request and returns the response, or the one that a test of the
// flow gives in its place.
func (x *requestFields) exchange(ctx context.Context, c *flow.Call, r *outbound.Request, hideServer bool) (*outbound.Response, error) {
	a, ok, err := c.StandInExchange(ctx, &flow.HTTPRequest{Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body})
	if ok {
		if err != nil {
			return nil, err
		}
		return &outbound.Response{Status: a.HTTP.Status, Header: a.HTTP.Header, Body: a.HTTP.Body, FinalURL: r.URL, Target: originOf(r.URL)}, nil
	}
	r.HideServer = hideServer
	answer, err := x.client.Outbound.Do(ctx, r)
	if err != nil {
		return nil, TransportFailure(err, hideServer)
	}
	return answer, nil
}

// originOf returns the scheme and the host of a URL.
func originOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
