package triggers

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/auth"
	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
)

// keptEvent is a request as it is kept, but the body.
type keptEvent struct {
	Method     string            `json:"method"`
	URL        string            `json:"url"`
	Host       string            `json:"host,omitempty"`
	RemoteIP   netip.Addr        `json:"remote_ip"`
	ReceivedAt time.Time         `json:"received_at"`
	Header     http.Header       `json:"headers,omitempty"`
	Path       map[string]string `json:"path,omitempty"`
}

// credentials are the header fields that never are kept, whatever the checks.
func credentials() []string {
	return []string{"Authorization", "Proxy-Authorization", "Cookie"}
}

// Encode writes a request without what its caller proved itself with, and takes
// that from the event as well: a run reads the same now and after a restart.
func (w *webhook) Encode(ev flow.Event) (flow.StoredEvent, error) {
	e, ok := ev.(*event)
	if !ok {
		return flow.StoredEvent{}, fmt.Errorf("an event of Go type %T is not one of a webhook", ev)
	}
	policy := auth.Policy{Checks: w.checks}
	e.header.fields = withoutFields(e.header.fields, append(credentials(), policy.Headers()...))
	for _, name := range policy.Query() {
		delete(e.query, name)
	}
	e.url = withoutParameters(e.url, policy.Query())
	kept := keptEvent{
		Method: e.method, URL: e.url, Host: e.header.host, RemoteIP: e.remoteIP, ReceivedAt: e.receivedAt,
		Path: e.path, Header: e.header.fields,
	}
	out := flow.StoredEvent{Body: e.raw}
	var err error
	if out.Event, err = appendKept(make([]byte, 0, 512), &kept); err != nil {
		return out, fmt.Errorf("keeping the request: %w", err)
	}
	if len(w.variables) > 0 {
		out.Variables, err = value.Append(nil, e.named())
	}
	return out, err
}

// named returns the variables by name.
func (e *event) named() map[string]any {
	out := make(map[string]any, len(e.variables))
	for i, v := range e.webhook.variables {
		out[v.Name] = e.variables[i]
	}
	return out
}

// Decode brings a request back and reads it as the trigger declares it now.
func (w *webhook) Decode(k flow.StoredEvent, limits flow.Limits) (flow.Event, error) {
	var kept keptEvent
	if err := json.Unmarshal(k.Event, &kept); err != nil {
		return nil, fmt.Errorf("the kept request can't be read: %w", err)
	}
	if kept.Method == "" {
		return nil, errOther
	}
	e := &event{
		webhook: w, raw: k.Body, header: headers{fields: kept.Header, host: kept.Host}, path: kept.Path,
		method: kept.Method, url: kept.URL, remoteIP: kept.RemoteIP, receivedAt: kept.ReceivedAt,
	}
	_, query, _ := strings.Cut(kept.URL, "?")
	if p := e.read(kept.Header, query, limits); p != nil {
		return nil, unreadable(p)
	}
	return e, nil
}

// unreadable says why a request that was accepted once no longer is one that
// the flow accepts.
func unreadable(p *flow.Problem) error {
	texts := []string{p.Detail}
	for _, f := range p.Faults {
		texts = append(texts, strings.TrimSpace(f.In+" "+f.Pointer)+": "+f.Detail)
	}
	return errors.New("the flow was changed and no longer accepts the request: " + strings.Join(texts, " "))
}

func withoutFields(h http.Header, names []string) http.Header {
	out := make(http.Header, len(h))
	for name, lines := range h {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			out[name] = lines
		}
	}
	return out
}

// withoutParameters takes parameters out of the query of a URL and leaves all
// else as it was written.
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
