// Package api serves the operator service over HTTP.
//
// Each route is one declaration: its parameters, its body and its responses are
// Go types. The package checks requests against them before the handler runs,
// and describes them as OpenAPI 3.1. To add a route, add its declaration to the
// file of its subject and a method to package ops.
package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/admin/ops"
	"github.com/webhook-gateway/gateway/internal/clock"
	"github.com/webhook-gateway/gateway/internal/problem"
)

// Options are the parts that the API uses.
type Options struct {
	Ops     *ops.Service
	Metrics http.Handler
	Clock   clock.Clock
	Version string
}

// API is the handler of all routes of the admin listener. It does not check who
// sends a request.
type API struct {
	Options
	mux      *http.ServeMux
	paths    map[string]*pathHandler
	schemas  schemas
	document object // OpenAPI
}

// New returns the API.
func New(o Options) *API {
	a := &API{Options: o, mux: http.NewServeMux(), paths: map[string]*pathHandler{}, schemas: schemas{}}
	routes := slices.Concat(a.processRoutes(), a.flowRoutes(), a.runRoutes(), a.contactRoutes(), a.keyRoutes(), a.handshakeRoutes(), []route{a.documentRoute()})
	for i := range routes {
		a.schemas.compileRoute(&routes[i])
		a.add(&routes[i])
	}
	a.document = a.openAPI(routes)
	return a
}

func (a *API) add(r *route) {
	p := a.paths[r.path]
	if p == nil {
		p = &pathHandler{api: a, methods: map[string]*route{}}
		a.paths[r.path] = p
		a.mux.Handle(r.path, p)
	}
	p.methods[r.method] = r
}

// Serves tells whether the path of a request is the API's, also if it has no such
// route. Other paths are pages.
func (a *API) Serves(r *http.Request) bool {
	for _, prefix := range []string{"/api/", "/-/"} {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return true
		}
	}
	return a.pathOf(r) != nil
}

// NeedsToken tells whether a request needs the admin token, as the route that it
// reaches declares it. A request that reaches no route needs it too.
func (a *API) NeedsToken(r *http.Request) bool {
	p := a.pathOf(r)
	return p == nil || !p.each(func(r *route) bool { return r.public })
}

// IsProbe tells whether a request asks for health or metrics.
func (a *API) IsProbe(r *http.Request) bool {
	p := a.pathOf(r)
	return p != nil && p.each(func(r *route) bool { return r.probe })
}

// pathOf returns the handler of the path; nil if there is none, or if the mux
// would redirect to another path.
func (a *API) pathOf(r *http.Request) *pathHandler {
	h, _ := a.mux.Handler(r)
	p, _ := h.(*pathHandler)
	return p
}

// ServeHTTP serves a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.pathOf(r) == nil {
		problem.Write(w, notFound(slices.Sorted(maps.Keys(a.paths))))
		return
	}
	a.mux.ServeHTTP(w, r)
}

// pathHandler serves the methods of one path.
type pathHandler struct {
	api     *API
	methods map[string]*route
}

// each tells whether something is so for each route of the path.
func (p *pathHandler) each(is func(*route) bool) bool {
	for _, r := range p.methods {
		if !is(r) {
			return false
		}
	}
	return true
}

// ServeHTTP serves a request by the route of its method. HEAD is GET, of which
// net/http drops the body.
func (p *pathHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if _, ok := p.methods[method]; !ok && method == http.MethodHead {
		method = http.MethodGet
	}
	route, ok := p.methods[method]
	switch {
	case !ok:
		problem.Write(w, methodNotAllowed(p.allowed()))
	case route.handler != nil:
		route.handler.ServeHTTP(w, r)
	default:
		p.api.serveRoute(w, r, route)
	}
}

func (p *pathHandler) allowed() []string {
	names := slices.Collect(maps.Keys(p.methods))
	if _, ok := p.methods[http.MethodGet]; ok {
		names = append(names, http.MethodHead)
	}
	slices.Sort(names)
	return names
}

// serveRoute checks the request, calls the route and writes its result.
func (a *API) serveRoute(w http.ResponseWriter, r *http.Request, route *route) {
	req, err := a.schemas.readRequest(route, r)
	var body any
	if err == nil {
		body, err = route.serve(req)
	}
	if err != nil {
		problem.Write(w, problemOf(convertError(err)))
		return
	}
	if text, ok := body.(string); ok {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(text)) // fails only if the caller hung up
		return
	}
	writeJSON(w, req.status, body)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // fails only if the caller hung up
}
