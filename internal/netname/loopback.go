package netname

import (
	"net/netip"
	"strings"
)

// IsLoopback reports whether a host, without port and brackets, is this machine's
// own name or an address of its loopback interface.
func IsLoopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
