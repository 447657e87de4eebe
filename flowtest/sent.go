package flowtest

import (
	"mime"
	"net/url"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/body"
	"github.com/webhook-gateway/gateway/internal/value"
)

// Sending takes the request that an action is about to send.
func (a *actor) Sending(c *flow.Call, r *flow.HTTPRequest) {
	if a.drop.happened() {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sending[keyOf(c)] = r
}

// requestValue is a request as conditions read it; nil for kinds that send none.
func requestValue(r *flow.HTTPRequest) any {
	if r == nil {
		return nil
	}
	query := map[string]any{}
	if u, err := url.Parse(r.URL); err == nil {
		if found, err := body.ParseQuery(u.RawQuery, decoding()); err == nil {
			query = found
		}
	}
	headers := headerFields{}
	for name, values := range r.Header {
		headers[name] = strings.Join(values, ", ")
	}
	return map[string]any{"method": r.Method, "url": r.URL, "query": query, "headers": headers, "body": decodeSent(r), "text": string(r.Body)}
}

func decoding() value.Limits { return value.Limits{Depth: value.MaxDepth} }

// decodeSent decodes a body by its type, as an endpoint would; nil if it can't.
func decodeSent(r *flow.HTTPRequest) any {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil
	}
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		if v, err := value.Decode(r.Body, decoding()); err == nil {
			return v
		}
	case kind == "application/x-www-form-urlencoded":
		if v, err := body.ParseForm(r.Body, body.Charset{}, decoding()); err == nil {
			return v
		}
	case kind == "multipart/form-data":
		if form, err := body.ParseMultipart(r.Body, parameters["boundary"], decoding()); err == nil {
			return form.Values
		}
	}
	return nil
}
