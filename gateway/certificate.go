package gateway

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway/watch"
)

// certificate is the result of reading the files that the TLS settings name.
type certificate struct {
	pair    *tls.Certificate // nil without TLS
	clients *x509.CertPool   // authorities of client certificates; nil for none
	sources []load.Source    // the files, also after an error
}

// readCertificate reads the certificate and its key.
func readCertificate(t *load.TLS) (certificate, error) {
	var c certificate
	if t == nil {
		return c, nil
	}
	cert, err := c.readFile(t.Cert)
	if err != nil {
		return c, err
	}
	key, err := c.readFile(t.Key)
	if err != nil {
		return c, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return c, fmt.Errorf("the certificate in %s and the key in %s: %w", t.Cert, t.Key, err)
	}
	c.pair = &pair
	if t.ClientCA != "" {
		err = c.readClientCA(t.ClientCA)
	}
	return c, err
}

func (c *certificate) readClientCA(path string) error {
	src, err := c.readFile(path)
	if err != nil {
		return err
	}
	c.clients = x509.NewCertPool()
	if !c.clients.AppendCertsFromPEM(src) {
		return fmt.Errorf("client_ca: %s holds no certificate in PEM", path)
	}
	return nil
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

// serveCertificate returns the certificate of the last good load that had one. It
// stays in service if a later configuration has none, as TLS cannot be turned off
// without a restart.
func (r *reloader) serveCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c := r.certificate.Load(); c != nil {
		return c.pair, nil
	}
	return nil, errors.New("there is no certificate")
}

// tlsConfig returns the TLS settings of the endpoints.
func (r *reloader) tlsConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: r.serveCertificate, GetConfigForClient: r.askForCertificate}
}

// askForCertificate returns the settings of a connection whose client may have a
// certificate, nil for the common ones. It keeps no sessions: one would stay valid
// after a reload with other authorities.
func (r *reloader) askForCertificate(*tls.ClientHelloInfo) (*tls.Config, error) {
	c := r.certificate.Load()
	if c == nil || c.clients == nil {
		return nil, nil
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: r.serveCertificate, NextProtos: []string{"h2", "http/1.1"},
		ClientCAs: c.clients, ClientAuth: tls.VerifyClientCertIfGiven, SessionTicketsDisabled: true,
	}, nil
}
