package gateway

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// router finds the endpoint of a request by the segments of its path. At each
// segment a literal wins over a name; config refuses routes of which neither
// is the more exact one. Patterns have no escapes; those of requests are
// decoded segment by segment.
type router struct {
	literals map[string]*router
	name     *router
	ends     []end // endpoints whose path ends here
}

// end is an endpoint with the names in its pattern.
type end struct {
	endpoint *endpoint
	names    []string
}

func (r *router) add(e *endpoint) {
	var names []string
	at := r
	for _, seg := range strings.Split(strings.TrimPrefix(e.path, "/"), "/") {
		if isName(seg) {
			names = append(names, seg[1:len(seg)-1])
			if at.name == nil {
				at.name = &router{}
			}
			at = at.name
			continue
		}
		if at.literals == nil {
			at.literals = map[string]*router{}
		}
		if at.literals[seg] == nil {
			at.literals[seg] = &router{}
		}
		at = at.literals[seg]
	}
	at.ends = append(at.ends, end{e, names})
}

// match is what a path led to.
type match struct {
	endpoint *endpoint
	values   map[string]string
	allow    []string // methods of the path, where none of them is the request's
}

// find follows the path of a request, with its escapes: "a%2Fb" is one segment
// that holds a slash. The result has neither an endpoint nor allowed methods
// where nothing is there.
func (r *router) find(method, escaped string) match {
	var m match
	var values []string
	r.walk(method, strings.TrimPrefix(escaped, "/"), values, &m)
	slices.Sort(m.allow)
	m.allow = slices.Compact(m.allow)
	return m
}

// walk tries the literal first and then the name, and remembers the methods
// of paths that fit but for the method.
func (r *router) walk(method, rest string, values []string, m *match) bool {
	seg, rest, more := strings.Cut(rest, "/")
	if strings.Contains(seg, "%") {
		decoded, err := url.PathUnescape(seg)
		if err != nil {
			return false
		}
		seg = decoded
	}
	if next := r.literals[seg]; next != nil && next.step(method, rest, more, values, m) {
		return true
	}
	return r.name != nil && isValue(seg) && r.name.step(method, rest, more, append(values, seg), m)
}

// isValue tells whether a name can stand for a decoded segment. Dots would
// lead elsewhere in a URL that a flow makes of the value, and what is not
// UTF-8 is no text.
func isValue(seg string) bool {
	return seg != "" && seg != "." && seg != ".." && utf8.ValidString(seg)
}

func (r *router) step(method, rest string, more bool, values []string, m *match) bool {
	if more {
		return r.walk(method, rest, values, m)
	}
	for _, e := range r.ends {
		if slices.Contains(e.endpoint.http.Route.Methods, method) {
			m.endpoint, m.values = e.endpoint, e.named(values)
			return true
		}
		m.allow = append(m.allow, e.endpoint.http.Route.Methods...)
	}
	return false
}

func (e end) named(values []string) map[string]string {
	if len(e.names) == 0 {
		return nil
	}
	out := make(map[string]string, len(e.names))
	for i, name := range e.names {
		out[name] = values[i]
	}
	return out
}
