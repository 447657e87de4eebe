package triggers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/triggers/input"
)

// storedRequest is the stored form of a request without its body.
type storedRequest struct {
	Method     string            `json:"method"`
	URL        string            `json:"url"`
	Host       string            `json:"host,omitempty"`
	RemoteIP   netip.Addr        `json:"remote_ip"`
	ReceivedAt time.Time         `json:"received_at"`
	Header     http.Header       `json:"headers,omitempty"`
	Path       map[string]string `json:"path,omitempty"`
	Auth       caller            `json:"auth,omitzero"`
}

// Encode returns the stored form of a request. Accept has removed the credentials
// of its caller.
func (w *webhook) Encode(ev flow.Event) (flow.StoredEvent, error) {
	e, ok := ev.(*requestEvent)
	if !ok {
		return flow.StoredEvent{}, fmt.Errorf("an event of Go type %T does not belong to a webhook", ev)
	}
	stored := storedRequest{
		Method: e.method, URL: e.url, Host: e.header.host, RemoteIP: e.remoteIP, ReceivedAt: e.receivedAt,
		Path: e.path, Header: e.header.fields(), Auth: e.caller,
	}
	out := flow.StoredEvent{Body: e.raw}
	body, others := w.sensitiveParts()
	out.Sensitive, out.SensitiveEvent = body || others, others
	var err error
	if out.Event, err = appendStoredRequest(make([]byte, 0, 512), &stored); err != nil {
		return out, fmt.Errorf("encoding the request: %w", err)
	}
	if len(w.variables) > 0 {
		out.Variables, err = value.Append(nil, e.variablesByName())
	}
	return out, err
}

func (e *requestEvent) variablesByName() map[string]any {
	out := make(map[string]any, len(e.variables))
	for i, v := range e.webhook.variables {
		out[v.Name] = e.variables[i]
	}
	return out
}

// Decode returns the event of a stored request. Its variables keep the values with
// which it was accepted. Those that were added to the flow since are read from the
// request.
func (w *webhook) Decode(k flow.StoredEvent, limits flow.Limits) (flow.Event, error) {
	var stored storedRequest
	if err := json.Unmarshal(k.Event, &stored); err != nil {
		return nil, fmt.Errorf("the stored request can't be read: %w", err)
	}
	if stored.Method == "" {
		return nil, errOtherTrigger
	}
	e := &requestEvent{
		webhook: w, raw: k.Body,
		header: headerValues{received: stored.Header, host: stored.Host}, path: stored.Path,
		method: stored.Method, url: stored.URL, remoteIP: stored.RemoteIP, receivedAt: stored.ReceivedAt,
		caller: stored.Auth,
	}
	_, query, _ := strings.Cut(stored.URL, "?")
	limits.JSONDepth = value.MaxDepth // the settings may be stricter now
	decoded, problem := e.readParts(stored.Header, query, limits, nil)
	if problem != nil {
		return nil, fmt.Errorf("the stored request can't be read: %s", problem.Detail)
	}
	if err := e.restoreVariables(k.Variables, decoded, limits); err != nil {
		return nil, err
	}
	return e, nil
}

// restoreVariables reads the stored values of the variables that the flow has now.
func (e *requestEvent) restoreVariables(stored []byte, decoded decodedBody, limits flow.Limits) error {
	accepted := map[string]any{}
	if len(stored) > 0 {
		v, err := value.Decode(stored, value.Limits{Depth: value.MaxDepth})
		if err != nil {
			return fmt.Errorf("the stored variables can't be read: %w", err)
		}
		accepted, _ = v.(map[string]any)
	}
	texts := input.NewTexts(value.Limits{Depth: limits.JSONDepth}, e.lookupSource, nil)
	e.variables = make([]any, len(e.webhook.variables))
	for i, v := range e.webhook.variables {
		c := input.NewChecker()
		c.HidesPart = e.webhook.hidesPart
		if given, known := accepted[v.Name]; known {
			e.variables[i] = v.Restore(c, given)
		} else {
			e.variables[i] = e.convertVariable(c, v, decoded, texts)
		}
		if err := input.ChangedError(v, c.Faults()); err != nil {
			return err
		}
	}
	return nil
}

// withoutParameters removes parameters from the query of a URL and keeps the
// text of the other ones.
func withoutParameters(raw string, names []string) string {
	path, query, ok := strings.Cut(raw, "?")
	if !ok || len(names) == 0 {
		return raw
	}
	kept := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		decoded, err := url.QueryUnescape(name)
		return err != nil || slices.Contains(names, decoded)
	})
	if len(kept) == 0 {
		return path
	}
	return path + "?" + strings.Join(kept, "&")
}

// appendStoredRequest appends the JSON text of a request. It writes the same as
// encoding/json without its escapes for HTML, but much faster, because it runs
// for each request.
func appendStoredRequest(dst []byte, k *storedRequest) ([]byte, error) {
	dst = appendText(append(dst, `{"method":`...), k.Method)
	dst = appendText(append(dst, `,"url":`...), k.URL)
	if k.Host != "" {
		dst = appendText(append(dst, `,"host":`...), k.Host)
	}
	ip, err := k.RemoteIP.MarshalText()
	if err != nil {
		return nil, err
	}
	dst = appendText(append(dst, `,"remote_ip":`...), string(ip))
	dst = append(dst, `,"received_at":"`...)
	dst = append(k.ReceivedAt.AppendFormat(dst, time.RFC3339Nano), '"')
	if len(k.Header) > 0 {
		dst = appendHeader(append(dst, `,"headers":`...), k.Header)
	}
	if len(k.Path) > 0 {
		dst = append(dst, `,"path":`...)
		dst = appendSorted(dst, k.Path, appendText)
	}
	if k.Auth.Kind != "" {
		dst = appendText(append(dst, `,"auth":{"kind":`...), k.Auth.Kind)
		if k.Auth.Name != "" {
			dst = appendText(append(dst, `,"name":`...), k.Auth.Name)
		}
		if k.Auth.Claims != nil {
			if dst, err = value.Append(append(dst, `,"claims":`...), map[string]any(k.Auth.Claims)); err != nil {
				return nil, err
			}
		}
		dst = append(dst, '}')
	}
	return append(dst, '}'), nil
}

func appendHeader(dst []byte, h http.Header) []byte {
	return appendSorted(dst, h, func(dst []byte, lines []string) []byte {
		dst = append(dst, '[')
		for i, line := range lines {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendText(dst, line)
		}
		return append(dst, ']')
	})
}

// appendSorted appends an object with its members sorted by name.
func appendSorted[M ~map[string]V, V any](dst []byte, members M, appendMember func([]byte, V) []byte) []byte {
	var few [16]string
	names := few[:0]
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	open := byte('{')
	for _, name := range names {
		dst = append(appendText(append(dst, open), name), ':')
		dst = appendMember(dst, members[name])
		open = ','
	}
	return append(dst, '}')
}

// appendText appends a string in quotes, with U+FFFD for bytes that are not
// UTF-8. The error that it ignores reports such bytes.
func appendText(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}
