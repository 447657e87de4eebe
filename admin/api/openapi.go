package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/webhook-gateway/gateway/internal/problem"
)

// problemType has another name in the document than in Go.
var problemType = reflect.TypeFor[problem.Document]()

// object is a JSON object of the OpenAPI document.
type object = map[string]any

// documentRoute serves the OpenAPI document.
func (a *API) documentRoute() route {
	return route{
		method: http.MethodGet, path: "/api/v1/openapi.json", id: "openapi", summary: "Return this document",
		responses: []response{ok("OpenAPI 3.1.", object{})},
		serve:     func(*request) (any, error) { return a.document, nil },
	}
}

// openAPI returns the OpenAPI 3.1 document of the routes.
func (a *API) openAPI(routes []route) object {
	paths := map[string]object{}
	for i := range routes {
		r := &routes[i]
		if paths[r.path] == nil {
			paths[r.path] = object{}
		}
		paths[r.path][strings.ToLower(r.method)] = a.schemas.operationObject(r)
	}
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Admin API of the gateway", "version": a.Version,
			"description": "Health, metrics, flows, the history of runs, and contacts. Secrets are replaced by (sensitive) in all responses.",
			"license":     object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers": []any{object{
			"url": "http://{address}", "description": "The admin listener.",
			"variables": object{"address": object{"default": "127.0.0.1:8081", "description": "Address of the admin listener."}},
		}},
		"paths": paths,
		"components": object{
			"schemas": a.schemas,
			"securitySchemes": object{"token": object{
				"type": "http", "scheme": "bearer", "description": "The admin token. Requests on loopback need none, unless the operator gave the token or people sign in by OpenID Connect.",
			}, "session": object{
				"type": "apiKey", "in": "cookie", "name": "gateway_session", "description": "The cookie of a sign-in at /login; __Host-gateway_session with TLS. The role read may only send GET.",
			}},
		},
		"security": []any{object{"token": []string{}}, object{"session": []string{}}, object{}},
	}
}

func (s schemas) operationObject(r *route) object {
	out := object{"operationId": r.id, "summary": r.summary, "responses": s.responseObjects(r)}
	if r.public {
		out["security"] = []any{}
	}
	if params := s.parameterObjects(r); len(params) > 0 {
		out["parameters"] = params
	}
	switch {
	case r.body != nil:
		out["requestBody"] = object{"required": true, "content": jsonContent(r.bodySchema)}
	case r.bodyOrQuery:
		out["requestBody"] = object{
			"description": "The parameters of the query as JSON. A request has either a query or a body.",
			"content":     jsonContent(r.bodySchema),
		}
	}
	return out
}

func (s schemas) parameterObjects(r *route) []object {
	var out []object
	if name := r.placeholder(); name != "" {
		out = append(out, object{"name": name, "in": "path", "required": true, "description": r.param, "schema": &schema{Type: "string"}})
	}
	for _, m := range r.params {
		inner := *m.schema
		inner.Description = ""
		p := object{"name": m.name, "in": "query", "description": m.schema.Description, "schema": &inner}
		if inner.Type == "array" {
			p["explode"] = true
		}
		out = append(out, p)
	}
	return out
}

func (s schemas) responseObjects(r *route) object {
	out := object{}
	for _, a := range r.allResponses() {
		out[strconv.Itoa(a.status)] = object{"description": a.about, "content": s.contentObject(a)}
	}
	return out
}

func jsonContent(of *schema) object { return object{"application/json": object{"schema": of}} }

// contentObject returns the media type and schema of a response.
func (s schemas) contentObject(r response) object {
	if r.body == nil {
		return object{r.media: object{"schema": &schema{Type: "string"}}}
	}
	of := s.schemaOf(reflect.TypeOf(r.body))
	if r.media != "" {
		return object{r.media: object{"schema": of}}
	}
	return jsonContent(of)
}
