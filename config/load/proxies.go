package load

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/internal/clientaddr"
)

// describeProxies declares the settings of a gateway behind proxies.
func (g *Gateway) describeProxies(s *schema.Spec) {
	schema.Attr(s, &g.TrustedProxies, "trusted_proxies", "The addresses and networks (CIDR) of the proxies and load balancers in front of the gateway. If a request comes from one of them, `webhook.remote_ip`, `allow_ips` and the log have the address of its client: the rightmost one in `Forwarded` (RFC 7239) or `X-Forwarded-For` that is no trusted proxy. An entry that is no address, such as `unknown`, counts as the trusted proxy that wrote it. If a request has both headers and they name different clients, its address is null, and `allow_ips` refuses it: let the proxy remove the header that it does not write. `[]` says that there is no proxy.")
	schema.Attr(s, &g.ProxyProtocol, "proxy_protocol", "`true`: each connection of a trusted proxy begins with a header of the PROXY protocol, version 1 or 2, which names the client. Without the header the connection is closed. Connections from other addresses are served as they are. A change takes effect at the next start.")
	s.Check(g.checkProxySettings)
}

func (g *Gateway) checkProxySettings(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i, text := range g.TrustedProxies {
		if _, err := clientaddr.ParseProxy(text); err != nil {
			diags = append(diags, diag.Error(d.Element("trusted_proxies", i), "Wrong address", diag.Sentence(err)))
		}
	}
	if g.ProxyProtocol && len(g.TrustedProxies) == 0 {
		diags = append(diags, d.Problem("proxy_protocol", "No trusted proxy", "Only trusted proxies may name the address of a client. Set trusted_proxies to their addresses, such as [\"10.0.0.0/8\"]."))
	}
	return diags
}

// checkProxies warns of flows that accept requests from some addresses, while
// nothing says whether there is a proxy whose address all requests have.
func (l *loader) checkProxies(c *Config) {
	if l.incomplete || c.Gateway.TrustedProxies != nil {
		return
	}
	for _, f := range c.Flows {
		if part := f.Parts.HTTP; part != nil && part.AllowsIPs != nil {
			l.report(diag.Warning(*part.AllowsIPs, "Proxies are not named",
				"Behind a proxy each request has the address of the proxy. Set trusted_proxies in the gateway block to the addresses of the proxies, or to [] if callers connect to the gateway directly."))
			return
		}
	}
}
