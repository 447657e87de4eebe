package load_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/config/load"
)

func TestGateway(t *testing.T) {
	t.Parallel()
	defaults := func() load.Gateway {
		return load.Gateway{
			Listen:  ":8080",
			Admin:   &load.Admin{Listen: "127.0.0.1:8081"},
			Limits:  &load.Limits{Body: 1 << 20, Headers: 64 << 10, JSONDepth: 64, Runs: 256, Connections: 2000, FailedSignIns: 30, StrayRequests: 120},
			Egress:  &load.Egress{IdleTimeout: 4 * time.Second},
			Metrics: &load.Metrics{},
			History: &load.History{Keep: 30 * 24 * time.Hour, Body: 64 << 10},
		}
	}
	cases := []struct {
		name, src string
		change    func(g *load.Gateway)
	}{
		{"no block", ``, func(*load.Gateway) {}},
		{"an empty block", "gateway {}\n", func(*load.Gateway) {}},
		{"empty blocks", "gateway {\n  admin {}\n  limits {}\n  egress {}\n}\n", func(*load.Gateway) {}},
		{"nulls", "gateway {\n  listen = null\n  limits {\n    body = null\n  }\n}\n", func(*load.Gateway) {}},
		{"one limit", "gateway {\n  limits {\n    json_depth = 5\n  }\n}\n", func(g *load.Gateway) { g.Limits.JSONDepth = 5 }},
		{"memory", "gateway {\n  limits {\n    memory = \"512MiB\"\n  }\n}\n", func(g *load.Gateway) { g.Limits.Memory = 512 << 20 }},
		{"sizes", "gateway {\n  limits {\n    body    = \"1.5KiB\"\n    headers = \"16kB\"\n  }\n}\n", func(g *load.Gateway) {
			g.Limits.Body, g.Limits.Headers = 1536, 16000
		}},
		{"acme", "gateway {\n  tls {\n    acme {\n      domains = [\"hooks.example.com\"]\n    }\n  }\n}\n", func(g *load.Gateway) {
			g.TLS = &load.TLS{ACME: &load.ACME{Domains: []string{"hooks.example.com"}, Directory: "https://acme-v02.api.letsencrypt.org/directory"}}
		}},
		{
			"acme of an authority of one's own", `gateway {
  tls {
    client_ca = "clients.pem"
    acme {
      domains      = ["hooks"]
      email        = "ops@example.com"
      directory    = "https://ca.internal/dir"
      directory_ca = "ca.pem"
    }
  }
}
`, func(g *load.Gateway) {
				g.TLS = &load.TLS{ClientCA: "clients.pem", ACME: &load.ACME{
					Domains: []string{"hooks"}, Email: "ops@example.com", Directory: "https://ca.internal/dir", DirectoryCA: "ca.pem",
				}}
			},
		},
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

    connections_per_address = 1
    failed_sign_ins         = 0
    stray_requests          = 1000000
  }
  egress {
    allow        = ["10.0.0.0/8", "db.internal:5432"]
    idle_timeout = "7s"
  }
}
`, func(g *load.Gateway) {
				*g = load.Gateway{
					Listen: "[::1]:80", PublicURL: "https://hooks.example.com/base",
					Admin: &load.Admin{Listen: ":9090"}, TLS: &load.TLS{Cert: "a.crt", Key: "a.key"},
					Limits: &load.Limits{Body: 1 << 30, Headers: 16 << 20, JSONDepth: 1000, Runs: 1_000_000, Connections: 1, FailedSignIns: 0, StrayRequests: 1_000_000},
					Egress: &load.Egress{Allow: []string{"10.0.0.0/8", "db.internal:5432"}, IdleTimeout: 7 * time.Second}, History: g.History, Metrics: g.Metrics,
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
