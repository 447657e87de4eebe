package mail

import (
	"errors"

	"golang.org/x/net/idna"
)

var errDomain = errors.New("it is no domain")

// asciiDomain writes a domain as name servers know it: labels with other
// letters than a to z as "xn--" and their punycode (RFC 5891, with the mapping
// of Unicode TS 46).
func asciiDomain(domain string) (string, error) {
	if isASCII(domain) {
		return domain, nil
	}
	out, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return "", errDomain
	}
	return out, nil
}
