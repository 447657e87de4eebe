package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// forwardProxy is a proxy that leads each target to one server. It refuses callers
// without its password.
type forwardProxy struct {
	target string // host:port

	mu    sync.Mutex
	asked []string // method and target of each request
}

// startProxy starts a proxy and returns its URL with the password.
func startProxy(t *testing.T, target string) (*forwardProxy, string) {
	p := &forwardProxy{target: target}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return p, strings.Replace(server.URL, "http://", "http://gateway:hunter2-hunter2@", 1)
}

func (p *forwardProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.RequestURI)
	p.mu.Unlock()
	if r.Header.Get("Proxy-Authorization") == "" {
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	if r.Method != http.MethodConnect {
		_, _ = io.WriteString(w, "through the proxy")
		return
	}
	there, err := new(net.Dialer).DialContext(r.Context(), "tcp", p.target)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	here, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(there, here); _ = there.Close() }()
	go func() { _, _ = io.Copy(here, there); _ = here.Close() }()
}

func (p *forwardProxy) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

func get(c *Client, url string) (*Response, error) {
	return c.Do(context.Background(), &Request{Method: http.MethodGet, URL: url})
}

func TestProxy(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "over TLS") }))
	t.Cleanup(secure.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	p, url := startProxy(t, secure.Listener.Addr().String())
	c := New(Options{Proxy: Proxy{HTTP: url, HTTPS: url}, TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}})
	t.Cleanup(c.CloseIdle)
	for target, want := range map[string]string{"http://example.com/a?b=1": "through the proxy", "https://example.com/a": "over TLS"} {
		if got, err := get(c, target); err != nil || string(got.Body) != want {
			t.Errorf("%s: %+v %v", target, got, err)
		}
	}
	asked := p.requests()
	slices.Sort(asked)
	if want := []string{"CONNECT example.com:443", "GET http://example.com/a?b=1"}; !slices.Equal(asked, want) {
		t.Errorf("the proxy was asked %q, want %q", asked, want)
	}
}

// TestProxyTargetsAreJudged: the proxy learns nothing of a target that is refused.
func TestProxyTargetsAreJudged(t *testing.T) {
	t.Parallel()
	p, url := startProxy(t, "")
	policy, err := ParsePolicy([]string{"10.1.0.0/16", "*.allowed.internal:8080"})
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{Policy: policy, Proxy: Proxy{HTTP: url, HTTPS: url, Exempt: "direct.example.com"}, Resolver: newZone(map[string][]string{"direct.example.com": {"10.9.9.9"}}).resolver()})
	t.Cleanup(c.CloseIdle)
	for target, refused := range map[string]bool{
		"http://example.com/": false, "http://10.1.2.3/": false, "http://stock.allowed.internal:8080/": false,
		"http://10.2.0.1/": true, "https://169.254.169.254/": true, "http://[::ffff:10.2.0.1]/": true, "http://[fd00::1]/": true,
		"http://stock.internal/": true, "http://stock.allowed.internal/": true, "http://printer/": true, "http://nas.local./": true, "http://router.HOME.ARPA/": true,
		"http://localhost/": true, "http://127.0.0.1:1/": true, "http://direct.example.com/": true,
	} {
		before := len(p.requests())
		_, err := get(c, target)
		var known *Refused
		if isRefused := errors.As(err, &known); isRefused != refused || !refused && err != nil {
			t.Errorf("%s: %v, want a refusal: %v", target, err, refused)
		}
		if refused && (len(p.requests()) != before || err == nil || !strings.Contains(err.Error(), "egress { allow = [")) {
			t.Errorf("%s: the proxy was asked, or the error names no setting: %v", target, err)
		}
	}
}

// TestNamesThatAreAddresses: a proxy could read these as addresses.
func TestNamesThatAreAddresses(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.1", "2130706433", "0x7f.0.0.1", "10.2.3.4.", "017700000001"} {
		if (Policy{}).judgeName(host, 80) == nil {
			t.Errorf("%s is let through", host)
		}
	}
	for _, host := range []string{"example.com", "internal.example.com", "a.b.c.example", "8.8.8.8", "xn--bcher-kva.example"} {
		if refused := (Policy{}).judgeName(host, 80); refused != nil {
			t.Errorf("%s: %v", host, refused)
		}
	}
}

func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	_, url := startProxy(t, "127.0.0.1:1")
	without := strings.Replace(url, "gateway:hunter2-hunter2@", "", 1)
	for proxy, want := range map[string]string{without: "the proxy answered 407", url: "the proxy answered 502", "http://gateway:hunter2-hunter2@127.0.0.1:1": "no connection"} {
		c := New(Options{Proxy: Proxy{HTTPS: proxy}})
		_, err := get(c, "https://example.com/")
		var failed *Error
		if !errors.As(err, &failed) || failed.Reason != ReasonConnect || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows the password: %v", err)
		}
		c.CloseIdle()
	}
}

func TestParseProxyURL(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"http://proxy.internal:3128": true, "http://u:p@10.0.0.1/": true, "http://[fd00::1]:80": true,
		"proxy.internal:3128": false, "https://proxy.internal": false, "socks5://proxy": false, "http://": false, "http://proxy/path": false, "http://proxy:99999": false,
	} {
		if _, err := ParseProxyURL(text); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}
