package admin

import (
	"net/http"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/problem"
)

// maxRequests is how many requests are served at once. Each may hold a whole run, or a
// body of the size that the API accepts. Health and metrics are served in any case.
const maxRequests = 32

// enter takes one of the places for requests, or returns why there is none. Leave gives
// the place back.
func (g *guard) enter(r *http.Request) (leave func(), p *flow.Problem) {
	if g.api.IsProbe(r) || !g.needsToken(r) {
		return func() {}, nil
	}
	select {
	case g.places <- struct{}{}:
		return func() { <-g.places }, nil
	default:
		return nil, problem.Unavailable("Too many requests to the admin listener are in progress. Try again in a moment.", 1)
	}
}
