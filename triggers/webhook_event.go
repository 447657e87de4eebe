package triggers

import (
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/body"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// requestEvent is an accepted request, which a flow reads under the name webhook.
// Its members are built when they are read. It is immutable after Accept.
type requestEvent struct {
	webhook    *webhook
	variables  []any // in the order of the variables of the trigger
	body       any
	raw        []byte
	rawText    atomic.Pointer[string] // of raw, once it was read
	header     headerValues
	query      queryValues
	path       pathValues
	method     string
	url        string
	remoteIP   netip.Addr
	receivedAt time.Time
	caller     caller
}

var _ flow.Sized = (*requestEvent)(nil)

func newRequestEvent(w *webhook, r *http.Request, in flow.Incoming, body []byte) *requestEvent {
	return &requestEvent{
		webhook: w, raw: body, header: headerValues{received: r.Header, host: r.Host}, path: in.PathValues,
		method: r.Method, url: requestURI(r), remoteIP: in.RemoteIP, receivedAt: in.ReceivedAt,
	}
}

// requestURI returns path and query as they were received.
func requestURI(r *http.Request) string {
	if r.RequestURI == "" {
		return r.URL.RequestURI()
	}
	return r.RequestURI
}

func (e *requestEvent) readQuery(raw string, limits flow.Limits) *flow.Problem {
	if raw == "" {
		return nil
	}
	parsed, err := body.ParseQuery(raw, value.Limits{Depth: limits.JSONDepth})
	if err != nil {
		return e.webhook.malformedProblem("Malformed query", input.PartQuery, syntaxError(err))
	}
	e.query = parsed
	return nil
}

// convertVariables converts the variables. decoded says how the values of the body
// were sent.
func (e *requestEvent) convertVariables(decoded decodedBody, in flow.Incoming) input.Faults {
	w := e.webhook
	if len(w.variables) == 0 && w.known == nil {
		return input.Faults{}
	}
	c := input.NewChecker()
	c.HidesPart = w.hidesPart
	texts := input.NewTexts(value.Limits{Depth: in.Limits.JSONDepth}, e.lookupSource, in.TakeMemory)
	e.variables = make([]any, len(w.variables))
	for i, v := range w.variables {
		e.variables[i] = e.convertVariable(c, v, decoded, texts)
	}
	if w.known != nil {
		c.RefuseUnnamed(e.body, w.known)
	}
	return c.Faults()
}

func (e *requestEvent) convertVariable(c *input.Checker, v *input.Variable, decoded decodedBody, texts *input.Texts) any {
	if v.From.Text != nil {
		return v.ConvertFromText(c, texts)
	}
	given, present := e.lookupSource(v.From)
	return v.Convert(c, given, present, decoded.formatOf(v.From))
}

// lookupSource returns the value at a place of the request, outside of JSON in
// texts. It reports false if there is none.
func (e *requestEvent) lookupSource(at input.Source) (any, bool) {
	switch at.Part {
	case input.PartRaw:
		return string(e.raw), len(e.raw) > 0
	case input.PartBody:
		v, present := input.Lookup(e.body, at.Steps)
		return v, present && len(e.raw) > 0
	case input.PartQuery:
		return input.Lookup(map[string]any(e.query), at.Steps)
	case input.PartHeader:
		return e.header.lookup(at.Steps[0].Name)
	}
	return e.path.Get(at.Steps[0].Name)
}

// Value returns the request under the name webhook.
func (e *requestEvent) Value(root string) any {
	if root != webhookRoot {
		return nil
	}
	return e
}

// Input returns the body, which jq programs read by default.
func (e *requestEvent) Input() any { return e.body }

// BodySize returns the size of the body after decompression.
func (e *requestEvent) BodySize() int64 { return int64(len(e.raw)) }

// Get returns a variable or a part of the request.
func (e *requestEvent) Get(name string) (any, bool) {
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
		return toValidUTF8(e.url), true
	case "remote_ip":
		return e.remoteAddress(), true
	case "received_at":
		return e.receivedAt.UTC().Format(time.RFC3339Nano), true
	case "raw":
		return e.readRaw(), true
	case "auth":
		return e.caller.value(), true
	}
	return nil, false
}

// readRaw returns the body as text. All actions share it: a list of twenty
// webhook.raw holds one text.
func (e *requestEvent) readRaw() string {
	if text := e.rawText.Load(); text != nil {
		return *text
	}
	text := string(e.raw)
	e.rawText.Store(&text)
	return text
}

func (e *requestEvent) remoteAddress() any {
	if !e.remoteIP.IsValid() {
		return nil
	}
	return e.remoteIP.Unmap().String()
}

// Map returns all variables and parts of the request as plain values.
func (e *requestEvent) Map() map[string]any {
	out := make(map[string]any, len(e.variables)+len(requestNames))
	for _, name := range requestNames {
		v, _ := e.Get(name)
		out[name] = plainValue(v)
	}
	for i, v := range e.webhook.variables {
		out[v.Name] = e.variables[i]
	}
	return out
}
