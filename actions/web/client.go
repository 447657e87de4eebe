package web

import (
	"crypto/tls"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

// Client is the shared HTTP client and the TLS settings for a connection's own
// server.
type Client struct {
	Outbound *outbound.Client
	tls      *tls.Config // nil for the default settings
}

// OpenClient returns the client that all actions with the same settings share,
// also across reloads. conn may be nil.
func OpenClient(r *flow.Resources, conn *Connection) (*Client, error) {
	var own *TLS
	if conn != nil {
		if !conn.hasBaseURL() {
			return nil, errors.New("the connection lacks its base_url")
		}
		own = conn.TLS
	}
	egress := slices.Clone(r.Settings.Egress)
	slices.Sort(egress)
	key := "http client\n" + r.Settings.Version + "\n" + own.Key() + "\n" + strings.Join(egress, "\n") + "\n" + r.Settings.IdleTimeout.String() + "\n" + strconv.Itoa(r.Settings.MaxRuns) +
		"\n" + strings.Join([]string{r.Settings.ProxyHTTP, r.Settings.ProxyHTTPS, r.Settings.NoProxy}, "\n")
	return flow.Resource(r, key, func() (*Client, func(), error) {
		policy, err := outbound.ParsePolicy(r.Settings.Egress)
		if err != nil {
			return nil, nil, err
		}
		client := outbound.New(outbound.Options{
			Policy: policy, UserAgent: userAgent(r.Settings.Version), IdleTimeout: r.Settings.IdleTimeout,
			MaxConcurrent: r.Settings.MaxRuns, CountDial: r.Settings.CountDial, CountReuse: r.Settings.CountReuse,
			Proxy: outbound.Proxy{HTTP: r.Settings.ProxyHTTP, HTTPS: r.Settings.ProxyHTTPS, Exempt: r.Settings.NoProxy},
		})
		return &Client{Outbound: client, tls: own.Config()}, client.CloseIdle, nil
	})
}

func userAgent(version string) string {
	if version == "" {
		return "gateway"
	}
	return "gateway/" + version
}
