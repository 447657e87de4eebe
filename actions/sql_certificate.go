package actions

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// certificateText says why a database was not trusted, and whether that is what
// an error is about.
func certificateText(err error) (string, bool) {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &authority):
		return "the certificate of the database is signed by an authority that is not known; tls { ca = file(…) } names it", true
	case errors.As(err, &name):
		return "the certificate of the database is for another host; tls { server_name = … } says which name it must be for", true
	case errors.As(err, &verification):
		return "the certificate of the database is not valid", true
	case errors.As(err, &record):
		return "the database does not speak TLS", true
	}
	return "", false
}
