package config_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/config"
)

func TestGateway(t *testing.T) {
	t.Parallel()
	defaults := func() config.Gateway {
		return config.Gateway{
			Listen:  ":8080",
			Admin:   &config.Admin{Listen: "127.0.0.1:8081"},
			Limits:  &config.Limits{Body: 1 << 20, Headers: 64 << 10, JSONDepth: 64, Runs: 256},
			Egress:  &config.Egress{},
			History: &config.History{Keep: 30 * 24 * time.Hour, Body: 64 << 10},
		}
	}
	cases := []struct {
		name, src string
		change    func(g *config.Gateway)
	}{
		{"no block", ``, func(*config.Gateway) {}},
		{"an empty block", "gateway {}\n", func(*config.Gateway) {}},
		{"empty blocks", "gateway {\n  admin {}\n  limits {}\n  egress {}\n}\n", func(*config.Gateway) {}},
		{"nulls", "gateway {\n  listen = null\n  limits {\n    body = null\n  }\n}\n", func(*config.Gateway) {}},
		{"one limit", "gateway {\n  limits {\n    json_depth = 5\n  }\n}\n", func(g *config.Gateway) { g.Limits.JSONDepth = 5 }},
		{"sizes", "gateway {\n  limits {\n    body    = \"1.5KiB\"\n    headers = \"16kB\"\n  }\n}\n", func(g *config.Gateway) {
			g.Limits.Body, g.Limits.Headers = 1536, 16000
		}},
		{
			"everything", `gateway {
  listen     = "[::1]:80"
  public_url = "https://${lower("HOOKS")}.example.com/base"
  admin { listen = ":9090" }
  tls {
    cert = "a.crt"
    key  = "a.key"
  }
  limits {
    body       = "1GiB"
    headers    = "16MiB"
    json_depth = 1000
    runs       = 1000000
  }
  egress { allow = ["10.0.0.0/8", "db.internal:5432"] }
}
`, func(g *config.Gateway) {
				*g = config.Gateway{
					Listen: "[::1]:80", PublicURL: "https://hooks.example.com/base",
					Admin: &config.Admin{Listen: ":9090"}, TLS: &config.TLS{Cert: "a.crt", Key: "a.key"},
					Limits: &config.Limits{Body: 1 << 30, Headers: 16 << 20, JSONDepth: 1000, Runs: 1_000_000},
					Egress: &config.Egress{Allow: []string{"10.0.0.0/8", "db.internal:5432"}}, History: g.History,
				}
			},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := defaults()
			c.change(&want)
			got := mustLoad(t, options(fstest.MapFS{"a.hcl": text(c.src)}, "a.hcl")).Gateway
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("the settings differ (-want +got):\n%s", d)
			}
		})
	}
}
