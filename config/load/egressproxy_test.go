package load_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/outbound"
)

func TestEgressProxy(t *testing.T) {
	t.Parallel()
	const fixed = "http://u:hunter2-hunter2@proxy.internal:3128"
	for name, c := range map[string]struct {
		proxy string
		env   map[string]string
		want  outbound.Proxy
		err   string
	}{
		"none":              {`null`, map[string]string{"HTTP_PROXY": fixed}, outbound.Proxy{}, ""},
		"a URL":             {`"` + fixed + `"`, nil, outbound.Proxy{HTTP: fixed, HTTPS: fixed}, ""},
		"environment":       {`"environment"`, map[string]string{"HTTP_PROXY": "http://a", "https_proxy": "http://b", "NO_PROXY": ".c"}, outbound.Proxy{HTTP: "http://a", HTTPS: "http://b", Exempt: ".c"}, ""},
		"empty environment": {`"environment"`, nil, outbound.Proxy{}, ""},
		"wrong environment": {`"environment"`, map[string]string{"HTTPS_PROXY": "https://hunter2-hunter2"}, outbound.Proxy{}, "the variable HTTPS_PROXY"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(fstest.MapFS{"a.hcl": text("gateway {\n  egress { proxy = " + c.proxy + " }\n}\n")}, "a.hcl")
			o.Env = func(name string) (string, bool) { v, ok := c.env[name]; return v, ok }
			got, diags := load.Files(o)
			if c.err != "" {
				if !diags.HasErrors() || !strings.Contains(diags.Error(), c.err) || strings.Contains(diags.Error(), "hunter2") {
					t.Errorf("findings %v, want %q", diags, c.err)
				}
				return
			}
			if diags.HasErrors() || got.Gateway.Egress.Proxies != c.want {
				t.Errorf("%+v %v", got.Gateway.Egress.Proxies, diags)
			}
		})
	}
}
