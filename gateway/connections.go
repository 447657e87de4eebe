package gateway

import (
	"net"
	"net/netip"

	"go.uber.org/zap"

	"github.com/webhook-gateway/gateway/internal/httpserver"
)

// withConnectionLimit returns a listener that bounds the connections of each
// address by the current settings. Trusted proxies have no limit.
func (g *Gateway) withConnectionLimit(l net.Listener) net.Listener {
	limit := &httpserver.AddressLimit{Max: g.maxConnections, Refused: func(addr netip.Addr) {
		g.metrics.CountRefusedConnection()
		g.log.Sampled.Warn("connection refused: its address has too many", zap.Stringer("remote_ip", addr))
	}}
	return limit.Listener(l)
}

func (g *Gateway) maxConnections(addr netip.Addr) int {
	s := g.Acquire()
	if s == nil {
		return 0 // the gateway stops, and refuses the request
	}
	defer s.Release()
	if s.Proxies.Trusts(addr) {
		return 0
	}
	return s.Config.Gateway.Limits.Connections
}
