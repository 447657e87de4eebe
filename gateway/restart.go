package gateway

import "github.com/webhook-gateway/gateway/config/load"

// restartNeeded lists the settings that a configuration has other than the
// process was started with, and that only a new start puts to use.
func (g *Gateway) restartNeeded(c *load.Config) []string {
	out := []string{}
	if c.Gateway.Limits == nil {
		return out // it had errors
	}
	was, is := g.initial, &c.Gateway
	for _, s := range []struct {
		name string
		same bool
	}{
		{"listen", was.Listen == is.Listen},
		{"admin.listen", was.Admin.Listen == is.Admin.Listen},
		{"limits.headers", was.Limits.Headers == is.Limits.Headers},
		{"tls", (was.TLS == nil) == (is.TLS == nil)},
	} {
		if !s.same {
			out = append(out, s.name)
		}
	}
	return out
}
