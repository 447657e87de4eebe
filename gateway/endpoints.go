package gateway

import (
	"fmt"
	"strings"

	"github.com/webhook-gateway/gateway/config/load"
)

// Endpoint tells where a flow is reached.
type Endpoint struct {
	Flow    string
	Label   string
	Methods []string
	Path    string // pattern
	Enabled bool
}

// EndpointsOf lists the endpoints of a configuration in the order of its
// flows. key makes the paths that can't be guessed.
func EndpointsOf(c *load.Config, key []byte) []Endpoint {
	var out []Endpoint
	for _, f := range c.Flows {
		h := f.Parts.HTTP
		if h == nil {
			continue
		}
		r := h.Route
		out = append(out, Endpoint{Flow: f.Name, Label: f.Label, Methods: r.Methods, Path: Path(key, f.Name, r), Enabled: f.Enabled})
	}
	return out
}

// Endpoints lists the endpoints of the flows that serve.
func (g *Gateway) Endpoints() []Endpoint {
	s := g.acquire()
	if s == nil {
		return nil
	}
	defer s.release()
	return EndpointsOf(s.config, g.opts.Key)
}

// URL is the endpoint's URL below a base such as "https://hooks.example.com".
func (e Endpoint) URL(base string) string { return strings.TrimRight(base, "/") + escapePath(e.Path) }

// Line is the endpoint for people, in one line.
func (e Endpoint) Line(base string) string {
	line := fmt.Sprintf("%-6s %s  → %s", strings.Join(e.Methods, ","), e.URL(base), e.Flow)
	if !e.Enabled {
		line += " (disabled)"
	}
	return line
}
