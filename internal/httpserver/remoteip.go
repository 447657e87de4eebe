package httpserver

import (
	"net"
	"net/http"
	"net/netip"
)

// RemoteIP returns the address from which a request came, without port and
// zone.
func RemoteIP(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, _ := netip.ParseAddr(host)
	return addr.Unmap().WithZone("")
}
