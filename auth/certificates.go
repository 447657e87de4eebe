package auth

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/outbound"
)

// Opener is a check that needs something from outside, such as a client. Open is
// called when a configuration is put into service, never by validate.
type Opener interface {
	Open(r *flow.Resources) error
}

// certificates fetches the certificates whose keys sign requests, and keeps them.
// Its callers choose the hosts; the rest of a URL comes from the request.
type certificates struct {
	fetch func(ctx context.Context, url string) ([]byte, error)

	gate fetchGate

	mu   sync.Mutex
	kept map[string]*x509.Certificate // by URL
}

const (
	// maxCertificates is the number of certificates that a check keeps. Senders have
	// one or two at a time.
	maxCertificates = 16
	// maxCertificateSize is the size of the answer to a fetch.
	maxCertificateSize = 64 << 10
	// certificateTimeout is the time that a fetch may take.
	certificateTimeout = 5 * time.Second
	// certificatePause is the time after which a sender may try again whose
	// certificate can't be fetched now. Amazon SNS drops a message that gets 401.
	certificatePause = 10 * time.Second
)

// open makes the client that fetches.
func (c *certificates) open(r *flow.Resources) error {
	client, err := flow.Resource(r, fetchKey("certificates", r.Settings), func() (*outbound.Client, func(), error) {
		client, err := newFetchClient(r.Settings, certificateTimeout)
		if err != nil {
			return nil, nil, err
		}
		return client, client.CloseIdle, nil
	})
	if err != nil {
		return err
	}
	c.fetch = func(ctx context.Context, url string) ([]byte, error) {
		text, err := fetchText(ctx, client, url, maxCertificateSize)
		if err != nil {
			return nil, fmt.Errorf("the certificate can't be fetched: %w", err)
		}
		return text, nil
	}
	return nil
}

// key returns the key of the certificate at a URL.
func (c *certificates) key(ctx context.Context, url string, now time.Time) (*rsa.PublicKey, error) {
	found := c.find(url)
	if found == nil {
		var err error
		if found, err = c.get(ctx, url, now); err != nil {
			return nil, err
		}
	}
	if now.Before(found.NotBefore) || now.After(found.NotAfter) {
		return nil, errors.New("the certificate of the sender is not valid now")
	}
	key, ok := found.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("the certificate of the sender holds no RSA key")
	}
	return key, nil
}

func (c *certificates) find(url string) *x509.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[url]
}

// get fetches a certificate that is not kept. The error is Unavailable unless the
// server says that there is no such certificate. One request at a time fetches, and
// requests whose certificate is kept do not wait for it.
func (c *certificates) get(ctx context.Context, url string, now time.Time) (*x509.Certificate, error) {
	if err := c.gate.begin(ctx); err != nil {
		return nil, &Unavailable{Err: err, RetryAfter: certificatePause}
	}
	defer c.gate.end()
	if found := c.find(url); found != nil {
		return found, nil
	}
	if c.fetch == nil {
		return nil, errors.New("no certificate can be fetched here")
	}
	if err := c.gate.count(now, "certificates"); err != nil {
		return nil, &Unavailable{Err: err, RetryAfter: certificatePause, TooMany: true}
	}
	text, err := c.fetch(ctx, url)
	var status *statusError
	switch {
	case errors.As(err, &status) && status.isPermanent():
		return nil, err
	case err != nil:
		return nil, &Unavailable{Err: err, RetryAfter: certificatePause}
	}
	found, err := parseCertificate(text)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= maxCertificates || c.kept == nil {
		c.kept = map[string]*x509.Certificate{}
	}
	c.kept[url] = found
	return found, nil
}

// parseCertificate parses the first certificate of a PEM text.
func parseCertificate(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the certificate of the sender is not PEM")
	}
	found, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, errors.New("the certificate of the sender is not X.509")
	}
	return found, nil
}

// matchRSA reports whether a signature in base64 is that of a text.
func matchRSA(key *rsa.PublicKey, algorithm string, text []byte, signature string) error {
	decoded, ok := appendDecoded(nil, base64Name, signature, 0)
	if !ok || !(publicKey{key, algorithm}).verify(text, decoded) {
		return errMismatch
	}
	return nil
}
