package gateway

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/problem"
)

// adminRoute is one method of one path of the admin listener: what serves it,
// and what the OpenAPI document says of it. The table of them is the only place
// that knows either, so the two can't differ.
type adminRoute struct {
	method string
	path   string // "{name}" stands for a segment; a path without one comes first
	id     string // operationId
	about  string
	params []adminParam
	body   any // a value of the Go type that the request holds as JSON; nil for none
	// answers are those of the route itself. What guards all routes, and what
	// follows of params, is added to the document.
	answers []adminAnswer
	serve   http.HandlerFunc
}

// adminParam is a parameter of the query or, where the path has its name, of
// the path.
type adminParam struct {
	name  string
	about string
	many  bool
	shape map[string]any // JSON Schema of one value
}

// adminAnswer is an answer that a route gives.
type adminAnswer struct {
	status int
	about  string
	media  string // application/json where ""
	body   any    // a value of the Go type that is written; nil for text
}

// adminMux serves a table of routes.
type adminMux []adminRoute

// ServeHTTP serves a request.
func (m adminMux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	methods := m.at(r)
	if len(methods) == 0 {
		problem.Write(w, &flow.Problem{
			Status: http.StatusNotFound, Title: "Not found",
			Detail: "The admin listener serves " + strings.Join(m.paths(), ", ") + ". Endpoints of flows have a listener of their own.",
		})
		return
	}
	method := r.Method
	if _, ok := methods[method]; !ok && method == http.MethodHead {
		method = http.MethodGet
	}
	route, ok := methods[method]
	if !ok {
		problem.Write(w, notServed(allowed(methods)))
		return
	}
	if p := route.checkQuery(r); p != nil {
		problem.Write(w, p)
		return
	}
	for name, value := range segments(route.path, r.URL.EscapedPath()) {
		r.SetPathValue(name, value)
	}
	route.serve(w, r)
}

// at returns the routes of a path by method.
func (m adminMux) at(r *http.Request) map[string]*adminRoute {
	exact, open := map[string]*adminRoute{}, map[string]*adminRoute{}
	for i := range m {
		route := &m[i]
		switch {
		case route.path == r.URL.Path:
			exact[route.method] = route
		case segments(route.path, r.URL.EscapedPath()) != nil:
			open[route.method] = route
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return open
}

func (m adminMux) paths() []string {
	paths := map[string]bool{}
	for _, r := range m {
		paths[r.path] = true
	}
	return slices.Sorted(maps.Keys(paths))
}

func allowed(methods map[string]*adminRoute) []string {
	names := slices.Collect(maps.Keys(methods))
	if _, ok := methods[http.MethodGet]; ok {
		names = append(names, http.MethodHead)
	}
	slices.Sort(names)
	return names
}

// segments returns what the placeholders of a pattern stand for in a path, which
// is escaped as in a URL. It is nil where the path does not match or the pattern
// has none.
func segments(pattern, path string) map[string]string {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil
	}
	var out map[string]string
	for i, w := range want {
		name, ok := placeholder(w)
		text, err := url.PathUnescape(got[i])
		switch {
		case err != nil, !ok && w != text, ok && text == "":
			return nil
		case ok:
			if out == nil {
				out = map[string]string{}
			}
			out[name] = text
		}
	}
	return out
}

func placeholder(segment string) (string, bool) {
	name, open := strings.CutPrefix(segment, "{")
	name, shut := strings.CutSuffix(name, "}")
	return name, open && shut
}

// checkQuery refuses parameters that the route does not know: a filter that is
// misspelled must not stand for all runs.
func (r *adminRoute) checkQuery(req *http.Request) *flow.Problem {
	if !r.inAPI() {
		return nil
	}
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return badQuery("The query can't be read: " + err.Error() + ".")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		i := slices.IndexFunc(r.params, func(p adminParam) bool { return p.name == name && !r.inPath(name) })
		switch {
		case i < 0:
			return badQuery(unknownParameter(name, r.queryNames()))
		case len(query[name]) > 1 && !r.params[i].many:
			return badQuery("The parameter " + name + " may be given once.")
		}
	}
	return nil
}

func unknownParameter(name string, known []string) string {
	text := "There is no parameter " + strings.ToValidUTF8(name, "\uFFFD") + " here"
	if len(known) == 0 {
		return text + "."
	}
	return text + "; there are " + strings.Join(known, ", ") + "."
}

func (r *adminRoute) inAPI() bool { return strings.HasPrefix(r.path, "/api/") }

func (r *adminRoute) inPath(name string) bool { return strings.Contains(r.path, "{"+name+"}") }

func (r *adminRoute) queryNames() []string {
	var names []string
	for _, p := range r.params {
		if !r.inPath(p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

func badQuery(detail string) *flow.Problem {
	return &flow.Problem{Status: http.StatusBadRequest, Title: "Bad request", Detail: detail}
}
