package outbound

import (
	"fmt"
	"net/netip"
)

// Refused says that the policy keeps a connection from being made. Nothing was
// sent. [errors.As] finds it in the errors of [Client.Do] and
// [Client.DialContext].
type Refused struct {
	Host    string // the host as the URL says it
	Address string // the address that was about to be dialled
	Why     string // the kind of the address: "a private address (RFC 1918)"
	Allow   string // the narrowest entry that would let it through
}

// Error names the host, the address and the entry that would allow it.
func (r *Refused) Error() string {
	subject := r.Address + " is "
	if r.Host != r.Address {
		subject = r.Host + " leads to " + r.Address + ", "
	}
	return fmt.Sprintf("%s%s, which is refused unless it is named; to allow it write gateway { egress { allow = [%q] } }",
		subject, r.Why, r.Allow)
}

// newRefused describes addr, refused because reached, addr itself or the address
// it carries, lies in s.
func newRefused(host string, port uint16, addr, reached netip.Addr, s space) *Refused {
	r := &Refused{Host: host, Address: addr.String(), Why: s.what}
	if reached != addr {
		r.Why = fmt.Sprintf("%s that carries %s, %s", spaceOf(addr).what, reached, s.what)
	}
	r.Allow = netip.AddrPortFrom(addr, port).String()
	if _, err := netip.ParseAddr(host); err != nil && s.is == private {
		r.Allow = fmt.Sprintf("%s:%d", plainName(host), port)
	}
	return r
}
