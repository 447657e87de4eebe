package fromrun

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/config/literal"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/redact"
)

// writeStart writes what started the run.
func (w *writer) writeStart() error {
	if w.run.Request != nil {
		if w.Flow.Parts.HTTP == nil {
			return fmt.Errorf("a request started the run, and flow %q now starts by trigger %q", w.Flow.Name, w.Flow.Kind)
		}
		return w.writeRequest()
	}
	roots, _ := decode(w.run.Variables).(map[string]any)
	part := func(root string) map[string]any {
		v, _ := roots[root].(map[string]any)
		return v
	}
	contact := func() string {
		c := part("contact")
		return w.literal(map[string]any{"email": c["email"], "fields": orEmpty(c["fields"])}, "the contact")
	}
	p := w.Flow.Parts
	switch {
	case p.Clock != nil && part("schedule") != nil:
		w.writeTick(part("schedule")["time"])
	case p.Tag != nil && part("contact") != nil:
		w.line("tag {\ncontact = %s\n}", contact())
	case p.Call != nil && part("input") != nil:
		w.line("call {\ninput = %s\n}", w.literal(roots["input"], "the input"))
	case p.Failure != nil && part("failure") != nil:
		w.writeFailures(part("failure"))
	case w.Flow.Kind == "link" && part("contact") != nil:
		w.line("link {\ncontact = %s", contact())
		w.writeClick(part("link"))
		w.line("}")
	default:
		return fmt.Errorf("the history does not hold what trigger %q of flow %q starts from", w.Flow.Kind, w.Flow.Name)
	}
	return nil
}

// writeTick writes a tick of the schedule, or the start of a flow by hand.
func (w *writer) writeTick(at any) {
	if _, ticked := w.tickTime(at); !ticked {
		w.line("tick {\nmanual = true\n}")
		return
	}
	w.line("tick {\nat = %s\n}", w.literal(at, "the tick"))
}

// tickTime returns the time of the tick that started a run, if it is one of the
// schedule as the files have it now.
func (w *writer) tickTime(text any) (at time.Time, ticked bool) {
	s, _ := text.(string)
	at, err := time.Parse(time.RFC3339, s)
	return at, err == nil && w.Flow.Parts.Clock.Next(at.Add(-time.Second)).Equal(at)
}

// writeClick writes what the click of a contact had beside the contact.
func (w *writer) writeClick(link map[string]any) {
	if method, _ := link["method"].(string); method == http.MethodPost {
		w.line("method = %s", literal.Text(method))
	}
	address, _ := link["url"].(string)
	if u, err := url.Parse(address); err == nil && len(u.Query()) > 0 {
		w.line("query = %s", w.literal(parameterValues(u.Query()), "the query"))
	}
	if agent, _ := link["user_agent"].(string); agent != "" {
		w.line("headers = %s", w.literal(map[string]any{"User-Agent": agent}, "the header fields"))
	}
	if ip, _ := link["remote_ip"].(string); ip != "" {
		w.line("remote_address = %s", literal.Text(ip))
	}
}

// begin returns the time at which the test begins: that of the run, or before the
// tick that started it.
func (w *writer) begin() time.Time {
	roots, _ := decode(w.run.Variables).(map[string]any)
	if link, _ := roots["link"].(map[string]any); link != nil { // it has more digits
		text, _ := link["received_at"].(string)
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at
		}
	}
	if w.Flow.Parts.Clock == nil || w.run.Request != nil {
		return w.run.Received
	}
	schedule, _ := roots["schedule"].(map[string]any)
	if at, ticked := w.tickTime(schedule["time"]); ticked {
		return at.Add(-time.Second)
	}
	return w.run.Received
}

// writeFailures writes the failures that started the run.
func (w *writer) writeFailures(f map[string]any) {
	w.line("failure {")
	for _, name := range []string{"flow", "count", "causes", "runs"} {
		if f[name] != nil {
			w.line("%s = %s", name, w.literal(f[name], "the failures"))
		}
	}
	w.line("}")
}

func orEmpty(v any) any {
	if v == nil {
		return map[string]any{}
	}
	return v
}

// writeRequest writes the request. The gateway signs it again.
func (w *writer) writeRequest() error {
	r, route := w.run.Request, w.Flow.Parts.HTTP.Route
	target, err := url.Parse(r.URL)
	if err != nil || r.URL == "" {
		return errors.New("the history does not hold the URL of the request")
	}
	w.line("request {")
	if len(route.Methods) > 0 && r.Method != route.Methods[0] {
		w.line("method = %s", literal.Text(r.Method))
	}
	w.writeTarget(target, strings.Contains(route.Path, "{"))
	if r.RemoteIP != "" {
		w.line("remote_address = %s", literal.Text(r.RemoteIP))
	}
	if r.Auth != nil && len(w.Flow.Parts.HTTP.Auth) > 1 {
		w.line("auth = %s", literal.Text(r.Auth.Kind))
	}
	defaultType := w.writeBody(r)
	if fields := w.headers(r, defaultType); len(fields) > 0 {
		w.line("headers = %s", w.literal(fields, "the header fields"))
	}
	w.line("}")
	return nil
}

// writeTarget writes the path and the query. A query that is written in another way
// than the test would write it stays as it was.
func (w *writer) writeTarget(u *url.URL, needsPath bool) {
	q := u.Query()
	unusual := q.Encode() != u.RawQuery && !strings.Contains(u.RawQuery, redact.Placeholder)
	path := u.EscapedPath()
	if unusual {
		path += "?" + u.RawQuery
	}
	if unusual || needsPath {
		w.line("path = %s", w.literal(path, "the path"))
	}
	if len(q) > 0 && !unusual {
		w.line("query = %s", w.literal(parameterValues(q), "the query"))
	}
}

// parameterValues returns parameters as the language writes them: one value, or a
// list.
func parameterValues(q url.Values) map[string]any {
	out := map[string]any{}
	for name, values := range q {
		out[name] = oneOrMany(values)
	}
	return out
}

func oneOrMany(values []string) any {
	if len(values) == 1 {
		return values[0]
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return list
}

// writeBody writes the body and returns the type that it has in a test.
func (w *writer) writeBody(r *Request) (contentType string) {
	v := decode(r.Body.Body)
	text, isText := v.(string)
	switch {
	case r.Encoding == "":
		return ""
	case isText && text == redact.Placeholder:
		w.startless = true
		w.gap("The history hides the body of the request: give the request one.")
		return ""
	case r.Cut:
		w.gap("The history holds only the first part of the body of the request: give the request a whole one.")
	}
	switch {
	case r.Encoding == "json" && !isText && !hasUnusualNumber(v):
		w.line("json = %s", w.literal(v, "the body"))
		return jsonType
	case r.Encoding == "json" && !isText:
		w.line("json = %s", w.literal(string(r.Body.Body), "the body"))
		return jsonType
	case r.Encoding == "base64":
		w.line("body_base64 = %s", literal.Text(text))
	case r.Encoding == "json":
		w.line("body = %s", w.literal(string(r.Body.Body), "the body"))
	default:
		w.line("body = %s", w.literal(text, "the body"))
	}
	return "application/octet-stream"
}

// remade are header fields that the test makes. quiet are others that hardly any flow
// reads: a test that people keep is shorter without them.
var (
	remade = []string{"Accept-Encoding", "Connection", "Content-Length", "Content-Encoding", "Host", "Traceparent", "Tracestate"}
	quiet  = []string{"Accept", "User-Agent"}
)

// headers returns the header fields that the test gives: not those that signing
// makes again.
func (w *writer) headers(r *Request, contentType string) map[string]any {
	out := map[string]any{}
	signed := w.signedFields()
	for name, values := range r.Headers {
		name = http.CanonicalHeaderKey(name)
		if slices.Contains(remade, name) || !w.Inputs && slices.Contains(quiet, name) || slices.Contains(signed, name) || len(values) == 0 || name == "Content-Type" && strings.EqualFold(values[0], contentType) {
			continue
		}
		out[name] = oneOrMany(values)
	}
	return out
}

// signedFields lists the header fields that signing sets.
func (w *writer) signedFields() []string {
	h := w.Flow.Parts.HTTP
	if h.Imitate == nil {
		return nil
	}
	s := &flow.Sample{Method: http.MethodPost, BaseURL: "https://gateway.test", URI: "/", Header: http.Header{}, Query: url.Values{}, Body: []byte("{}"), Now: w.run.Received}
	kind := ""
	if w.run.Request.Auth != nil && len(h.Auth) > 1 {
		kind = w.run.Request.Auth.Kind
	}
	if err := h.Imitate(s, kind); err != nil {
		w.gap("The request can't be signed again: %s.", strings.TrimSuffix(err.Error(), "."))
		return nil
	}
	var names []string
	for name := range s.Header {
		names = append(names, name)
	}
	return names
}
