package gateway

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway/acme"
	"github.com/webhook-gateway/gateway/gateway/watch"
	"github.com/webhook-gateway/gateway/internal/netname"
	"github.com/webhook-gateway/gateway/outbound"
)

// certificate is the result of reading the files that the TLS settings name.
type certificate struct {
	pair    *tls.Certificate // from files; nil without
	acme    *acme.Settings   // nil if no certificate is obtained
	clients *x509.CertPool   // authorities of client certificates; nil for none
	sources []load.Source    // the files, also after an error
}

// isSet reports whether the configuration has TLS.
func (c *certificate) isSet() bool { return c.pair != nil || c.acme != nil }

// readCertificate reads the files of the TLS settings. It obtains nothing.
func readCertificate(g *load.Gateway) (certificate, error) {
	var c certificate
	t := g.TLS
	if t == nil {
		return c, nil
	}
	read := func() error { return c.readPair(t) }
	if t.ACME != nil {
		read = func() error { return c.readACME(t.ACME, g.Egress.Proxies) }
	}
	if err := read(); err != nil || t.ClientCA == "" {
		return c, err
	}
	var err error
	c.clients, _, err = c.readAuthorities("client_ca", t.ClientCA)
	return c, err
}

// readPair reads the certificate and its key.
func (c *certificate) readPair(t *load.TLS) error {
	cert, err := c.readFile(t.Cert)
	if err != nil {
		return err
	}
	key, err := c.readFile(t.Key)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("the certificate in %s and the key in %s: %w", t.Cert, t.Key, err)
	}
	c.pair = &pair
	return nil
}

func (c *certificate) readACME(a *load.ACME, proxy outbound.Proxy) error {
	c.acme = &acme.Settings{Email: a.Email, Directory: a.Directory, Proxy: proxy}
	for _, name := range a.Domains {
		ascii, _ := netname.ToASCII(name) // the loader has checked it
		c.acme.Domains = append(c.acme.Domains, strings.ToLower(ascii))
	}
	if a.DirectoryCA == "" {
		return nil
	}
	var err error
	_, c.acme.Roots, err = c.readAuthorities("directory_ca", a.DirectoryCA)
	return err
}

// readAuthorities reads the certificates of the file that an attribute names. It
// returns them also as text.
func (c *certificate) readAuthorities(attribute, path string) (*x509.CertPool, string, error) {
	src, err := c.readFile(path)
	if err != nil {
		return nil, "", err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(src) {
		return nil, "", fmt.Errorf("%s: %s holds no certificate in PEM", attribute, path)
	}
	return pool, string(src), nil
}

// readFile reads a file and adds it to the sources.
func (c *certificate) readFile(path string) ([]byte, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	source := load.Source{Path: watch.FSPath(abs)}
	src, err := os.ReadFile(abs)
	if err == nil {
		source.Digest = sha256.Sum256(src)
	}
	c.sources = append(c.sources, source)
	return src, err
}

// setCertificate puts the TLS settings of a configuration into service. If it has
// none, those before stay, as TLS cannot be turned off without a restart. After a
// change from files to ACME, the certificate from files serves on where none is
// obtained.
func (r *reloader) setCertificate(next certificate) {
	if !next.isSet() {
		return
	}
	if last := r.certificate.Load(); last != nil && next.acme != nil {
		next.pair = last.pair
	}
	r.certificate.Store(&next)
	r.acme.Apply(next.acme)
}

// serveCertificate returns the certificate of the last good load that had one.
func (r *reloader) serveCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	c := r.certificate.Load()
	if c == nil {
		return nil, errors.New("there is no certificate")
	}
	if c.acme == nil {
		return c.pair, nil
	}
	obtained, err := r.acme.Certificate(hello)
	if err != nil && c.pair != nil {
		return c.pair, nil
	}
	return obtained, err
}

// certificateEnds returns when the certificates end that serve, by their names: of a
// certificate from files its first name, and of obtained ones their domains.
func (r *reloader) certificateEnds() map[string]time.Time {
	c := r.certificate.Load()
	switch {
	case c == nil:
		return nil
	case c.acme != nil:
		return r.acme.Ends()
	}
	leaf := c.pair.Leaf
	name := leaf.Subject.CommonName
	if len(leaf.DNSNames) > 0 {
		name = leaf.DNSNames[0]
	}
	return map[string]time.Time{strings.ToValidUTF8(name, ""): leaf.NotAfter}
}

// tlsConfig returns the TLS settings of the endpoints.
func (r *reloader) tlsConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: r.serveCertificate, GetConfigForClient: r.specialConfig}
}

// specialConfig returns the settings of a connection that differs from the common
// ones: the test of an authority, or one whose client may have a certificate. That
// one keeps no sessions: a session would stay valid after a reload with other
// authorities. It returns nil for the common ones.
func (r *reloader) specialConfig(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	c := r.certificate.Load()
	switch {
	case c == nil:
		return nil, nil
	case c.acme != nil && acme.IsChallenge(hello):
		return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: r.acme.Certificate, NextProtos: []string{acme.Protocol}}, nil
	case c.clients == nil:
		return nil, nil
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: r.serveCertificate, NextProtos: []string{"h2", "http/1.1"},
		ClientCAs: c.clients, ClientAuth: tls.VerifyClientCertIfGiven, SessionTicketsDisabled: true,
	}, nil
}
