package api

import (
	"fmt"
	"mime"
	"net/http"
	"reflect"
	"slices"

	"github.com/webhook-gateway/gateway/internal/value"
)

// CheckResponse compares a response with the declaration of its route.
func (a *API) CheckResponse(r *http.Request, status int, header http.Header, body []byte) error {
	p := a.pathOf(r)
	if p == nil {
		return nil // no route
	}
	route := p.methods[r.Method]
	if route == nil {
		return nil // the method is not allowed
	}
	declared := route.allResponses()
	i := slices.IndexFunc(declared, func(r response) bool { return r.status == status })
	if i < 0 {
		return fmt.Errorf("%s declares no status %d", route.id, status)
	}
	want := declared[i].media
	if want == "" {
		want = "application/json"
	}
	if got, _, err := mime.ParseMediaType(header.Get("Content-Type")); err != nil || got != want {
		return fmt.Errorf("%s declares %s for status %d, not %q", route.id, want, status, header.Get("Content-Type"))
	}
	if declared[i].body == nil {
		return nil
	}
	v, err := value.Decode(body, value.Limits{Depth: value.MaxDepth})
	if err != nil {
		return err
	}
	return a.schemas.checkValue(wholeBody, a.schemas.schemaOf(reflect.TypeOf(declared[i].body)), v)
}

// RouteIDs returns the operation ids of all routes.
func (a *API) RouteIDs() []string {
	var out []string
	for _, p := range a.paths {
		for _, r := range p.methods {
			out = append(out, r.id)
		}
	}
	slices.Sort(out)
	return out
}
