package gateway

import (
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/webhook-gateway/gateway/config/load"
	"github.com/webhook-gateway/gateway/gateway/watch"
)

// certificate is what the settings for TLS name, as it was read.
type certificate struct {
	pair    *tls.Certificate // nil without TLS
	sources []load.Source    // the files
}

// readCertificate reads and checks the files. The sources are there also where
// there is an error.
func readCertificate(t *load.TLS) (certificate, error) {
	var c certificate
	if t == nil {
		return c, nil
	}
	cert, err := c.read(t.Cert)
	if err != nil {
		return c, err
	}
	key, err := c.read(t.Key)
	if err != nil {
		return c, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return c, fmt.Errorf("the certificate in %s and the key in %s: %w", t.Cert, t.Key, err)
	}
	c.pair = &pair
	return c, nil
}

func (c *certificate) read(path string) ([]byte, error) {
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

// serveCertificate is the certificate of the last good load. One that a later
// configuration no longer names goes on serving, as TLS can't be turned off
// without a restart.
func (g *Gateway) serveCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c := g.certificate.Load(); c != nil {
		return c, nil
	}
	return nil, errors.New("there is no certificate")
}
