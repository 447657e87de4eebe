package actions

import (
	"crypto/tls"
	"errors"
	"slices"
	"strings"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

// outlet is how requests leave: the client and the TLS setting of a
// connection's own server.
type outlet struct {
	client *outbound.Client
	tls    *tls.Config // nil where the client's own will do
}

// openOutlet returns the outlet that all actions with the same needs share,
// also across reloads. conn may be nil.
func openOutlet(r *flow.Resources, conn *httpConnection) (*outlet, error) {
	var own *tlsSetting
	if conn != nil {
		if !conn.ready() {
			return nil, errors.New("the connection lacks its base_url")
		}
		own = conn.tls
	}
	egress := slices.Clone(r.Settings.Egress)
	slices.Sort(egress)
	key := "http client\n" + r.Settings.Version + "\n" + own.key() + "\n" + strings.Join(egress, "\n")
	return flow.Resource(r, key, func() (*outlet, func(), error) {
		policy, err := outbound.ParsePolicy(r.Settings.Egress)
		if err != nil {
			return nil, nil, err
		}
		client := outbound.New(outbound.Options{Policy: policy, UserAgent: userAgent(r.Settings.Version)})
		return &outlet{client: client, tls: own.config()}, client.CloseIdle, nil
	})
}

func userAgent(version string) string {
	if version == "" {
		return "gateway"
	}
	return "gateway/" + version
}
