package session

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const (
	maxProviderAnswer = 1 << 20 // bytes of an answer of the provider of OpenID Connect
	maxRedirects      = 3       // of a request to the provider
)

// NewClient returns a client for requests to the provider of OpenID Connect, which
// go through the proxy that proxyOf returns, if any. The issuer is a setting of whoever
// starts the gateway and not of a flow, so it may have any address. What it answers
// is bounded, and its secrets are not sent to other hosts.
func NewClient(proxyOf func(*url.URL) (*url.URL, error)) *http.Client {
	transport := &http.Transport{
		Proxy:             func(r *http.Request) (*url.URL, error) { return proxyOf(r.URL) },
		ForceAttemptHTTP2: true, TLSHandshakeTimeout: oidcTimeout, ResponseHeaderTimeout: oidcTimeout,
		MaxResponseHeaderBytes: 64 << 10, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
	}
	return &http.Client{Transport: boundedTransport{transport}, Timeout: oidcTimeout, CheckRedirect: checkRedirect}
}

// checkRedirect follows redirects within a host.
func checkRedirect(r *http.Request, via []*http.Request) error {
	if first := via[0].URL; r.URL.Scheme != first.Scheme || r.URL.Host != first.Host {
		return fmt.Errorf("%s leads to %s, which is another host: name the host that answers in --oidc-issuer", first.Redacted(), r.URL.Redacted())
	}
	if len(via) > maxRedirects {
		return fmt.Errorf("%s leads on more than %d times", via[0].URL.Redacted(), maxRedirects)
	}
	return nil
}

// boundedTransport bounds the bodies of answers.
type boundedTransport struct{ http.RoundTripper }

// RoundTrip sends a request.
func (t boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = http.MaxBytesReader(nil, res.Body, maxProviderAnswer)
	return res, nil
}
