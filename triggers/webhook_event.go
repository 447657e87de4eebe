package triggers

import (
	"net/http"
	"net/netip"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/body"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// event is a request that was let in: what a flow reads under webhook. Members
// are made when they are read.
type event struct {
	webhook    *webhook
	variables  []any // in the order of the trigger's variables
	body       any
	raw        []byte
	header     headers
	query      query
	path       pathValues
	method     string
	url        string
	remoteIP   netip.Addr
	receivedAt time.Time
}

func newEvent(w *webhook, r *http.Request, in flow.Incoming, body []byte) *event {
	url := r.RequestURI
	if url == "" {
		url = r.URL.RequestURI()
	}
	return &event{
		webhook: w, raw: body, header: headers{fields: r.Header, host: r.Host}, path: in.PathValues,
		method: r.Method, url: url, remoteIP: in.RemoteIP, receivedAt: in.ReceivedAt,
	}
}

func (e *event) readQuery(raw string, limits flow.Limits) *flow.Problem {
	if raw == "" {
		return nil
	}
	parsed, err := body.ParseQuery(raw, value.Limits{Depth: limits.JSONDepth})
	if err != nil {
		return malformed("Malformed query", input.PartQuery, syntaxError(err))
	}
	e.query = parsed
	return nil
}

// take reads the variables. loose says that the body holds texts only.
func (e *event) take(loose bool) input.Faults {
	w := e.webhook
	if len(w.variables) == 0 && w.known == nil {
		return input.Faults{}
	}
	c := input.NewChecker()
	e.variables = make([]any, len(w.variables))
	for i, v := range w.variables {
		given, present := e.find(v.From)
		e.variables[i] = v.Convert(c, given, present, loose || v.From.Part != input.PartBody)
	}
	if w.known != nil {
		c.RefuseUnnamed(e.body, w.known, loose)
	}
	return c.Faults()
}

// find returns what stands at a place of the request, and whether anything
// does.
func (e *event) find(at input.Source) (any, bool) {
	switch at.Part {
	case input.PartBody:
		v, present := input.Lookup(e.body, at.Steps)
		return v, present && len(e.raw) > 0
	case input.PartQuery:
		return input.Lookup(map[string]any(e.query), at.Steps)
	case input.PartHeader:
		return e.header.find(at.Steps[0].Name)
	}
	return e.path.Get(at.Steps[0].Name)
}

// Value returns the request under the name webhook.
func (e *event) Value(root string) any {
	if root != webhookRoot {
		return nil
	}
	return e
}

// Input is the body, which jq programs read where they are given nothing else.
func (e *event) Input() any { return e.body }

// Get returns a variable or a part of the request.
func (e *event) Get(name string) (any, bool) {
	if i, ok := e.webhook.index[name]; ok {
		return e.variables[i], true
	}
	switch name {
	case "body":
		return e.body, true
	case "headers":
		return &e.header, true
	case "query":
		return e.query, true
	case "path":
		return e.path, true
	case "method":
		return e.method, true
	case "url":
		return cleanText(e.url), true
	case "remote_ip":
		return e.address(), true
	case "received_at":
		return e.receivedAt.UTC().Format(time.RFC3339Nano), true
	case "raw":
		return string(e.raw), true
	}
	return nil, false
}

func (e *event) address() any {
	if !e.remoteIP.IsValid() {
		return nil
	}
	return e.remoteIP.Unmap().String()
}

// Map returns all variables and parts of the request, as plain values.
func (e *event) Map() map[string]any {
	out := make(map[string]any, len(e.variables)+len(ownNames))
	for _, name := range ownNames {
		v, _ := e.Get(name)
		if o, ok := v.(value.Object); ok {
			v = o.Map()
		}
		out[name] = v
	}
	for i, v := range e.webhook.variables {
		out[v.Name] = e.variables[i]
	}
	return out
}
