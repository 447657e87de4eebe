// Package acme obtains and renews the certificates of the endpoints from an
// authority that speaks ACME (RFC 8555).
//
// The authority tests that a domain leads here by a TLS connection (TLS-ALPN-01,
// RFC 8737), which the listener of the endpoints answers. So no second listener is
// needed. Accounts, certificates and keys are files in one folder, or in a store that
// several gateways share: then any of them answers the test.
package acme

import (
	"crypto/tls"
	"slices"

	"github.com/webhook-gateway/gateway/outbound"
)

// Settings says which certificates are obtained, and where.
type Settings struct {
	// Domains are host names in ASCII and in lower case, at least one. Each gets a
	// certificate of its own. Clients that name no host get the first one's.
	Domains   []string
	Email     string // of the account; "" for none
	Directory string // URL
	// Roots are the authorities, in PEM, of the certificate of the directory; ""
	// for those of the system.
	Roots string
	Proxy outbound.Proxy
}

func (s *Settings) equal(other *Settings) bool {
	if s == nil || other == nil {
		return s == other
	}
	return slices.Equal(s.Domains, other.Domains) && s.Email == other.Email && s.Directory == other.Directory &&
		s.Roots == other.Roots && s.Proxy == other.Proxy
}

// Protocol is the protocol of the connections by which an authority tests a domain.
const Protocol = "acme-tls/1"

// IsChallenge reports whether a connection is the test of an authority.
func IsChallenge(hello *tls.ClientHelloInfo) bool {
	return slices.Equal(hello.SupportedProtos, []string{Protocol})
}
