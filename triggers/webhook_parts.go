package triggers

import "strings"

// query is the query of a request. A parameter that is not there is null.
type query map[string]any

// Get returns a parameter.
func (q query) Get(name string) (any, bool) { return q[name], true }

// Map returns all parameters.
func (q query) Map() map[string]any {
	if q == nil {
		return map[string]any{}
	}
	return q
}

// pathValues are what the placeholders of the path stand for.
type pathValues map[string]string

// Get returns the text of a segment.
func (p pathValues) Get(name string) (any, bool) {
	text, ok := p[name]
	if !ok {
		return nil, false
	}
	return cleanText(text), true
}

// Map returns the texts of all named segments.
func (p pathValues) Map() map[string]any {
	out := make(map[string]any, len(p))
	for name, text := range p {
		out[name] = cleanText(text)
	}
	return out
}

// cleanText makes a text that came outside of a body fit to be a value: what is
// not UTF-8 becomes U+FFFD.
func cleanText(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
