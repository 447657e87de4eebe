package triggers

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// headerValues are the header fields of a request. Names are found in any case,
// and a missing field is null. Repeated fields are joined as RFC 9110, section
// 5.2, allows.
type headerValues struct {
	received http.Header // hidden fields included, see fields
	hidden   []string    // canonical names of credentials, which no flow reads and no record holds
	// forwarded are hidden fields that actions send on; only Get finds them.
	forwarded []string
	host      string // net/http stores it apart
}

// fields returns the fields that flows read and records hold.
func (h *headerValues) fields() http.Header {
	if !slices.ContainsFunc(h.hidden, func(name string) bool { return len(h.received[name]) > 0 }) {
		return h.received
	}
	out := maps.Clone(h.received)
	for _, name := range h.hidden {
		delete(out, name)
	}
	return out
}

// Get returns a field, null if it is missing.
func (h *headerValues) Get(name string) (any, bool) {
	v, ok := h.lookup(name)
	if ok {
		return v, true
	}
	name = http.CanonicalHeaderKey(name)
	if lines := h.received[name]; len(lines) > 0 && slices.Contains(h.forwarded, name) {
		return joinLines(name, lines), true
	}
	return nil, true
}

// lookup returns a field. It reports false if it is missing.
func (h *headerValues) lookup(name string) (any, bool) {
	name = http.CanonicalHeaderKey(name)
	if lines := h.received[name]; len(lines) > 0 && !slices.Contains(h.hidden, name) {
		return joinLines(name, lines), true
	}
	if name == "Host" && h.host != "" {
		return toValidUTF8(h.host), true
	}
	return nil, false
}

// Map returns all fields by canonical name.
func (h *headerValues) Map() map[string]any {
	fields := h.fields()
	out := make(map[string]any, len(fields)+1)
	if h.host != "" {
		out["Host"] = toValidUTF8(h.host)
	}
	for name, lines := range fields {
		if len(lines) > 0 {
			out[name] = joinLines(name, lines)
		}
	}
	return out
}

func joinLines(name string, lines []string) string {
	separator := ", "
	if name == "Cookie" {
		separator = "; " // RFC 9113, section 8.2.3
	}
	return toValidUTF8(strings.Join(lines, separator))
}

// queryValues is the query of a request. A missing parameter is null.
type queryValues map[string]any

// Get returns a parameter.
func (q queryValues) Get(name string) (any, bool) { return q[name], true }

// Map returns all parameters.
func (q queryValues) Map() map[string]any {
	if q == nil {
		return map[string]any{}
	}
	return q
}

// pathValues are the values of the placeholders of the path.
type pathValues map[string]string

// Get returns the value of a placeholder.
func (p pathValues) Get(name string) (any, bool) {
	text, ok := p[name]
	if !ok {
		return nil, false
	}
	return toValidUTF8(text), true
}

// Map returns the values of all placeholders.
func (p pathValues) Map() map[string]any {
	out := make(map[string]any, len(p))
	for name, text := range p {
		out[name] = toValidUTF8(text)
	}
	return out
}

// toValidUTF8 replaces bytes that are not UTF-8 by U+FFFD, in text from outside
// of a body.
func toValidUTF8(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
