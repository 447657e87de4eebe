package acme

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
)

// certificates obtains and renews those of one version of the settings.
type certificates struct {
	domains []string
	config  *certmagic.Config
	cache   *certmagic.Cache
	life    context.Context // of attempts to obtain
	end     context.CancelFunc
}

// newCertificates prepares certificates and obtains none.
func newCertificates(s Settings, storage certmagic.Storage, listener net.Addr, log *zap.Logger) *certificates {
	c := &certificates{domains: s.Domains}
	c.life, c.end = context.WithCancel(context.Background())
	c.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return c.config, nil },
		Logger:           log,
	})
	c.config = certmagic.New(c.cache, certmagic.Config{
		DefaultServerName: s.Domains[0],
		Storage:           storage,
		OCSP:              certmagic.OCSPConfig{DisableStapling: true}, // it asks further hosts, and authorities give it up
		Logger:            log,
	})
	c.config.Issuers = []certmagic.Issuer{newIssuer(c.config, s, listener, log)}
	return c
}

func newIssuer(config *certmagic.Config, s Settings, listener net.Addr, log *zap.Logger) certmagic.Issuer {
	find := s.Proxy.Finder()
	issuer := certmagic.ACMEIssuer{
		CA: s.Directory, Email: s.Email, Agreed: true, Logger: log,
		DisableHTTPChallenge: true,
		HTTPProxy:            func(r *http.Request) (*url.URL, error) { return find(r.URL) },
	}
	// The library opens a listener for the test of the authority unless one is open
	// at the address that it is told.
	if host, port, err := net.SplitHostPort(listener.String()); err == nil {
		issuer.ListenHost = host
		issuer.AltTLSALPNPort, _ = strconv.Atoi(port)
	}
	if s.Roots != "" {
		issuer.TrustedRoots = x509.NewCertPool()
		issuer.TrustedRoots.AppendCertsFromPEM([]byte(s.Roots))
	}
	return certmagic.NewACMEIssuer(config, issuer)
}

// manage loads the certificates from the storage. It obtains those that are missing
// and renews those that end soon, in the background, and tries again after a
// failure.
func (c *certificates) manage() {
	// The error is for domains on demand, which are not used.
	_ = c.config.ManageAsync(c.life, c.domains)
}

// stop ends attempts and renewals. The certificates in memory stay.
func (c *certificates) stop() {
	c.end()
	go c.cache.Stop() // it waits for a renewal that has begun
}

// isComplete reports whether each domain has a certificate.
func (c *certificates) isComplete() bool {
	return !slices.ContainsFunc(c.domains, func(d string) bool { return len(c.cache.AllMatchingCertificates(d)) == 0 })
}

// ends returns when the certificates of the domains end that have one.
func (c *certificates) ends() map[string]time.Time {
	out := map[string]time.Time{}
	for _, d := range c.domains {
		for _, cert := range c.cache.AllMatchingCertificates(d) {
			if cert.Leaf != nil && cert.Leaf.NotAfter.After(out[d]) {
				out[d] = cert.Leaf.NotAfter
			}
		}
	}
	return out
}

// covers reports whether a name that a client sent is one of the domains. Clients
// may send none.
func (c *certificates) covers(name string) bool {
	return name == "" || slices.Contains(c.domains, strings.ToLower(strings.TrimSuffix(name, ".")))
}
