package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/internal/problem"
)

// route declares one operation: a method of a path. The declaration is the only
// source of the checks of requests, of the OpenAPI document, and of the checks
// of responses in the tests.
type route struct {
	method  string
	path    string // a pattern of http.ServeMux with at most one placeholder
	id      string // operationId
	summary string
	public  bool   // needs no token
	lenient bool   // ignores parameters and bodies, as callers of health checks and metrics expect
	probe   bool   // is served however many requests are in progress
	param   string // describes the placeholder of the path
	query   any    // a struct whose members are the parameters; nil for none
	body    any    // a value of the type that the request's body holds as JSON; nil for none
	// bodyOrQuery lets the members of query come in a JSON body instead.
	bodyOrQuery bool
	// responses are those of the route itself, the success first. The document
	// adds those of the guard and of the checks of the request.
	responses []response

	serve   func(*request) (any, error) // its result is written as JSON
	handler http.Handler                // writes its response by itself; instead of serve

	// Compiled from query and body by schemas.compileRoute.
	params     []member
	bodySchema *schema
}

// compileRoute derives from the declared types the schemas that check requests.
func (s schemas) compileRoute(r *route) {
	if r.query != nil {
		r.params = s.membersOf(reflect.TypeOf(r.query))
	}
	switch {
	case r.body != nil:
		r.bodySchema = s.schemaOf(reflect.TypeOf(r.body))
	case r.bodyOrQuery:
		r.bodySchema = s.schemaOf(reflect.TypeOf(r.query))
	}
}

// response declares a response of a route.
type response struct {
	status int
	about  string
	media  string // "application/json" if empty
	body   any    // a value of the type that the body holds as JSON; nil for text
}

func ok(about string, body any) response {
	return response{status: http.StatusOK, about: about, body: body}
}

func text(about string) response {
	return response{status: http.StatusOK, about: about, media: "text/plain"}
}

func refusal(status int, about string) response {
	return response{status: status, about: about, media: problem.ContentType, body: problem.Document{}}
}

// busy is the refusal of a route that needs no store.
var busy = refusal(http.StatusServiceUnavailable, "The gateway stops, or too many requests are in progress.")

// withStore adds the response of each route that needs the store.
func withStore(responses ...response) []response {
	return append(responses, refusal(http.StatusServiceUnavailable, "There is no store, the store is not available, the gateway stops, or too many requests are in progress."))
}

// placeholder returns the name of the placeholder of the path; "" for none.
func (r *route) placeholder() string {
	_, rest, _ := strings.Cut(r.path, "{")
	name, _, _ := strings.Cut(rest, "}")
	return name
}

// allResponses returns the responses of the route, of the server, of the guard and
// of the checks of the request.
func (r *route) allResponses() []response {
	out := slices.Clone(r.responses)
	out = append(out, refusal(http.StatusRequestHeaderFieldsTooLarge, "The header of the request is too large."))
	if !r.public {
		out = append(out, refusal(http.StatusUnauthorized, "The token is missing or wrong."),
			refusal(http.StatusForbidden, "The host, the origin or the role is not allowed."))
	}
	if !r.public && !r.probe && !slices.ContainsFunc(out, func(x response) bool { return x.status == busy.status }) {
		out = append(out, busy)
	}
	if !r.lenient {
		out = append(out, refusal(http.StatusBadRequest, "A parameter or the body is wrong."))
		if r.body != nil || r.bodyOrQuery {
			out = append(out, refusal(http.StatusRequestEntityTooLarge, "The body is too large."))
		}
	}
	return out
}
