package load

import (
	"cmp"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/diag"
	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/outbound"
)

// environmentProxy stands for the proxies that the environment names.
const environmentProxy = "environment"

// checkProxy checks the URL of the proxy, which may hold a password.
func (e *Egress) checkProxy(_ *schema.Context, d *schema.Decoded) hcl.Diagnostics {
	if e.Proxy == "" || e.Proxy == environmentProxy {
		return nil
	}
	if _, err := outbound.ParseProxyURL(e.Proxy); err != nil {
		return hcl.Diagnostics{d.Problem("proxy", "Wrong proxy", diag.Sentence(err)+` "environment" takes the proxy from HTTP_PROXY and HTTPS_PROXY.`)}
	}
	return nil
}

// resolveProxy sets the proxies that the setting names.
func (l *loader) resolveProxy(e *Egress, gateway *hclsyntax.Block) {
	if e.Proxy != environmentProxy {
		e.Proxies = outbound.Proxy{HTTP: e.Proxy, HTTPS: e.Proxy}
		return
	}
	e.Proxies = outbound.Proxy{HTTP: l.proxyVariable("HTTP_PROXY", "http_proxy"), HTTPS: l.proxyVariable("HTTPS_PROXY", "https_proxy"), Exempt: l.proxyVariable("NO_PROXY", "no_proxy")}
	for _, v := range []struct{ name, url string }{{"HTTP_PROXY", e.Proxies.HTTP}, {"HTTPS_PROXY", e.Proxies.HTTPS}} {
		if _, err := outbound.ParseProxyURL(v.url); v.url != "" && err != nil {
			l.report(diag.Error(gateway.DefRange(), "Wrong proxy", "egress { proxy } reads the variable "+v.name+" of the environment, whose value is wrong: "+err.Error()+"."))
		}
	}
}

// proxyVariable returns the value of a variable that is written in either case.
func (l *loader) proxyVariable(upper, lower string) string {
	if l.Env == nil {
		return ""
	}
	first, _ := l.Env(upper)
	second, _ := l.Env(lower)
	return cmp.Or(first, second)
}
