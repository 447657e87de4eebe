package snapshot

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Router finds the endpoint of a request by the segments of its path. At each
// segment a literal wins over a name. The loader refuses two routes if neither
// is more exact than the other. Patterns have no escapes. Escapes of requests are
// decoded segment by segment.
type Router struct {
	first    literal            // the only literal of most routers
	literals map[string]*Router // all of them; nil for at most one
	name     *Router
	ends     []pathEnd
}

// literal is a segment of a pattern and what follows it.
type literal struct {
	segment string
	next    *Router // nil for no literal
}

// pathEnd is an endpoint whose path ends at a router, with the names in its
// pattern.
type pathEnd struct {
	endpoint *Endpoint
	names    []string
}

// Add adds the path of an endpoint.
func (r *Router) Add(e *Endpoint) {
	var names []string
	at := r
	for _, seg := range strings.Split(strings.TrimPrefix(e.Path, "/"), "/") {
		if isName(seg) {
			names = append(names, seg[1:len(seg)-1])
			if at.name == nil {
				at.name = &Router{}
			}
			at = at.name
			continue
		}
		at = at.addLiteral(seg)
	}
	at.ends = append(at.ends, pathEnd{e, names})
}

// addLiteral returns the router behind a literal.
func (r *Router) addLiteral(segment string) *Router {
	if next := r.findLiteral(segment); next != nil {
		return next
	}
	next := &Router{}
	if r.first.next == nil {
		r.first = literal{segment, next}
		return next
	}
	if r.literals == nil {
		r.literals = map[string]*Router{r.first.segment: r.first.next}
	}
	r.literals[segment] = next
	return next
}

// findLiteral returns nil if there is no such literal.
func (r *Router) findLiteral(segment string) *Router {
	if r.literals != nil {
		return r.literals[segment]
	}
	if r.first.next != nil && r.first.segment == segment {
		return r.first.next
	}
	return nil
}

// Match is the result of a search. It is empty if no pattern matches the path.
type Match struct {
	Endpoint *Endpoint
	// Challenge is the endpoint that may answer the request as a challenge, if there
	// is no Endpoint.
	Challenge *Endpoint
	Values    map[string]string // of the names in the pattern
	Allow     []string          // methods of the path, if the request has another one
	// HiddenBy is the pattern of the path if an endpoint at it, of any method, keeps
	// a segment out of the record.
	HiddenBy string
}

// Find finds the endpoint of a request by its path with escapes: "a%2Fb" is one
// segment that holds a slash.
func (r *Router) Find(method, escaped string) Match {
	var m Match
	r.matchSegment(method, strings.TrimPrefix(escaped, "/"), nil, &m)
	slices.Sort(m.Allow)
	m.Allow = slices.Compact(m.Allow)
	return m
}

// matchSegment matches the next segment: the literal first and then the name. It
// collects the methods of paths that match with another method.
func (r *Router) matchSegment(method, rest string, values []string, m *Match) bool {
	seg, rest, more := strings.Cut(rest, "/")
	if strings.Contains(seg, "%") {
		decoded, err := url.PathUnescape(seg)
		if err != nil {
			return false
		}
		seg = decoded
	}
	if next := r.findLiteral(seg); next != nil && next.matchRest(method, rest, more, values, m) {
		return true
	}
	return r.name != nil && isValue(seg) && r.name.matchRest(method, rest, more, append(values, seg), m)
}

// isValue reports whether a name can stand for a decoded segment. Dots would
// change the path of a URL that a flow makes of the value, and a value must be
// UTF-8.
func isValue(seg string) bool {
	return seg != "" && seg != "." && seg != ".." && utf8.ValidString(seg)
}

// matchRest matches the segments after one that matched, or ends the path.
func (r *Router) matchRest(method, rest string, more bool, values []string, m *Match) bool {
	if more {
		return r.matchSegment(method, rest, values, m)
	}
	for _, e := range r.ends {
		if e.endpoint.HTTP.HidesPath {
			m.HiddenBy = e.endpoint.Path
		}
		if slices.Contains(e.endpoint.HTTP.Route.Methods, method) {
			m.Challenge, m.Endpoint, m.Values = nil, e.endpoint, e.nameValues(values)
			return true
		}
		if m.Challenge == nil && slices.Contains(e.endpoint.HTTP.Route.ChallengeMethods, method) {
			m.Challenge = e.endpoint
		}
		m.Allow = append(m.Allow, e.endpoint.HTTP.Route.Methods...)
	}
	return m.Challenge != nil
}

func (e pathEnd) nameValues(values []string) map[string]string {
	if len(e.names) == 0 {
		return nil
	}
	out := make(map[string]string, len(e.names))
	for i, name := range e.names {
		out[name] = values[i]
	}
	return out
}
