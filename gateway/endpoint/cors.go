package endpoint

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
)

// exposedHeaders are the fields of an answer that scripts may read besides those
// that the Fetch standard lists.
const exposedHeaders = "Gateway-Ignored, Gateway-Replayed, Gateway-Run, RateLimit, RateLimit-Policy, Retry-After"

// servePreflight answers a preflight request of a browser if the endpoint that it
// asks for allows other origins. It reports whether it has answered.
func (q *request) servePreflight() bool {
	if q.r.Method != http.MethodOptions {
		return false
	}
	method, origin := q.r.Header.Get("Access-Control-Request-Method"), q.r.Header.Get("Origin")
	if method == "" || origin == "" {
		return false
	}
	endpoint := q.Snapshot.Router.Find(method, q.r.URL.EscapedPath()).Endpoint
	if endpoint == nil || endpoint.HTTP.CORS == nil {
		return false
	}
	q.Endpoint = endpoint
	c := endpoint.HTTP.CORS
	if !allowsOrigin(c, origin) {
		q.refuse(&flow.Problem{
			Status: http.StatusForbidden, Outcome: "origin_not_allowed",
			Detail: "Pages of this origin may not send requests to this endpoint.",
		})
		return true
	}
	q.writeResponse(&flow.Response{Status: http.StatusNoContent, Header: q.preflightHeader(c)})
	q.countRequest("preflight", http.StatusNoContent)
	return true
}

// preflightHeader returns what a script may send. The fields about the origin are
// those of any response.
func (q *request) preflightHeader(c *flow.CORS) http.Header {
	h := http.Header{
		"Access-Control-Allow-Methods": {strings.Join(c.Methods, ", ")},
		"Access-Control-Max-Age":       {strconv.Itoa(int(c.MaxAge.Seconds()))},
		"Vary":                         {"Access-Control-Request-Method, Access-Control-Request-Headers"},
	}
	if len(c.Headers) > 0 {
		h.Set("Access-Control-Allow-Headers", strings.Join(c.Headers, ", "))
	}
	return h
}

func allowsOrigin(c *flow.CORS, origin string) bool {
	return slices.Contains(c.Origins, "*") || slices.Contains(c.Origins, origin)
}

// addCORS adds to a response which pages may read it. A response that differs by
// origin says so in each case, because a cache would give it to other pages.
func (q *request) addCORS(h http.Header) {
	if q.Endpoint == nil || q.Endpoint.HTTP == nil || q.Endpoint.HTTP.CORS == nil {
		return
	}
	c := q.Endpoint.HTTP.CORS
	if c.Origins[0] == "*" {
		h["Access-Control-Allow-Origin"] = []string{"*"}
		h["Access-Control-Expose-Headers"] = []string{exposedHeaders}
		return
	}
	h["Vary"] = append(slices.Clone(h["Vary"]), "Origin")
	origin := q.r.Header.Get("Origin")
	if !allowsOrigin(c, origin) {
		return
	}
	h["Access-Control-Allow-Origin"] = []string{origin}
	h["Access-Control-Expose-Headers"] = []string{exposedHeaders}
	if c.Credentials {
		h["Access-Control-Allow-Credentials"] = []string{"true"}
	}
}
