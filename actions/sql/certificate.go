package sql

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// explainCertificate says why a database was not trusted, and whether that is what
// an error is about.
func explainCertificate(err error) (string, bool) {
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
	case errors.As(err, &record), errors.Is(err, mysql.ErrNoTLS), strings.Contains(err.Error(), "server refused TLS connection"):
		return "the database does not speak TLS, and the connection must be encrypted", true
	}
	return "", false
}
