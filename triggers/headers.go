package triggers

import (
	"net/http"
	"strings"
)

// headers are the header fields of a request. Names are found whatever their
// case, and a field that is not there is null. Fields that came several times
// are joined as RFC 9110, section 5.2, allows.
type headers struct {
	fields http.Header
	host   string // which net/http keeps apart
}

// Get returns a field, null where there is none.
func (h *headers) Get(name string) (any, bool) {
	v, _ := h.find(name)
	return v, true
}

// find returns a field and whether there is one.
func (h *headers) find(name string) (any, bool) {
	name = http.CanonicalHeaderKey(name)
	if lines := h.fields[name]; len(lines) > 0 {
		return joinLines(name, lines), true
	}
	if name == "Host" && h.host != "" {
		return cleanText(h.host), true
	}
	return nil, false
}

// Map returns all fields by their canonical names.
func (h *headers) Map() map[string]any {
	out := make(map[string]any, len(h.fields)+1)
	if h.host != "" {
		out["Host"] = cleanText(h.host)
	}
	for name, lines := range h.fields {
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
	return cleanText(strings.Join(lines, separator))
}
