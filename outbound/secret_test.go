package outbound

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/quick"
)

// mustHide fails if any error in the tree of err says secret.
func mustHide(t *testing.T, err error, secret string) {
	t.Helper()
	for _, e := range tree(err) {
		for _, text := range []string{e.Error(), fmt.Sprintf("%+v", e)} {
			if strings.Contains(text, secret) {
				t.Errorf("%T says %q, which holds the secret %q", e, text, secret)
			}
		}
		var ue *url.Error
		if errors.As(e, &ue) {
			t.Errorf("%T wraps a *url.Error", e)
		}
	}
}

func tree(err error) []error {
	if err == nil {
		return nil
	}
	all := []error{err}
	switch e := any(err).(type) {
	case interface{ Unwrap() error }:
		all = append(all, tree(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			all = append(all, tree(inner)...)
		}
	}
	return all
}

// TestErrorsNeverHoldTheURL sends URLs and headers with a secret in every place
// that must not be shown to servers that fail in every way, most of which
// repeat what they were sent.
func TestErrorsNeverHoldTheURL(t *testing.T) {
	t.Parallel()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	hush(untrusted)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	moved := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.Header.Get("X-To")+r.RequestURI)
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	here := local(t)
	servers := []struct {
		name, base, to string
		client         *Client
	}{
		{"unknown host", "https://nowhere.example", "", newClient(t, Options{Resolver: newZone(nil).resolver()})},
		{"refused", "http://10.0.0.1", "", here},
		{"closed", "http://127.0.0.1:1", "", here},
		{"plain HTTP to TLS", strings.Replace(moved.URL, "http:", "https:", 1), "", here},
		{"untrusted", untrusted.URL, "", here},
		{"lost", "http://93.184.215.14", "", answering(t, "")},
		{"echo", "http://93.184.215.14", "", answering(t, "{echo} {echo}\r\n\r\n")},
		{"echo in the header", "http://93.184.215.14", "", answering(t, "HTTP/1.1 200 OK\r\n{echo}\r\n\r\n")},
		{"echo in the chunks", "http://93.184.215.14", "", answering(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{echo}\r\n")},
		{"redirected to a refused host", moved.URL, "http://10.0.0.1", here},
		{"redirected to another scheme", moved.URL, "gopher://x", here},
		{"redirected with a user", moved.URL, "http://u:p@x", here},
		{"redirected for ever", moved.URL, "", here},
		{"redirected to an unreadable place", moved.URL, "http://[", here},
		{"bad scheme", "hxxp://example.com", "", here},
		{"bad host", "http://exa&mple", "", here},
		{"no host", "http://", "", here},
	}
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			hidden := func(seed uint32) bool {
				secret := fmt.Sprintf("s3cr3t%08x", seed)
				for _, u := range secretURLs(s.base, secret) {
					_, err := s.client.Do(t.Context(), &Request{
						Method: "POST", URL: u, Redirects: 3, Body: []byte(secret),
						Header: http.Header{"Authorization": {"Bearer " + secret}, "X-To": {s.to}},
					})
					if err == nil {
						t.Errorf("%s: no error", u)
					}
					mustHide(t, err, secret)
				}
				return !t.Failed()
			}
			if err := quick.Check(hidden, &quick.Config{MaxCount: 5}); err != nil {
				t.Error(err)
			}
		})
	}
}

// secretURLs puts the secret wherever a URL may hold one.
func secretURLs(base, secret string) []string {
	scheme, host, _ := strings.Cut(base, "://")
	return []string{
		base + "/services/" + secret,
		base + "/?token=" + secret,
		base + "?" + secret,
		base + "/#" + secret,
		base + "/%zz" + secret,
		base + "/\x7f" + secret,
		base + "\\" + secret,
		base + ";" + secret,
		base + "&" + secret,
		base + "／" + secret, // U+FF0F, which looks like a slash
		scheme + "://" + secret + "@" + host + "/",
		scheme + "://user:" + secret + "@" + host + "/",
		scheme + "://" + host + ":" + secret + "/",
		scheme + ":" + secret,
		secret + ":/x",
		secret + "://x",
		"/" + secret,
		secret,
	}
}

func TestTLSErrors(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(hello))
	s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}
	hush(s)
	s.StartTLS()
	t.Cleanup(s.Close)
	trusted := trusting(s)
	plain := serve(t, hello)
	named := trusted.Clone()
	named.ServerName = "other.example"
	tests := []struct {
		name, url string
		setting   *tls.Config
		want      string
	}{
		{"unknown authority", s.URL, nil, "certificate signed by unknown authority"},
		{"name the authority", s.URL, nil, "name its authority as the connection's CA"},
		{"other name", s.URL, named, "not other.example"},
		{"no client certificate", s.URL, trusted, "the server ended the TLS handshake: tls: handshake failure"},
		{"plain HTTP", strings.Replace(plain.URL, "http:", "https:", 1), nil, "the server does not speak TLS on this port"},
	}
	c := local(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := mustFail(t, c, &Request{URL: tt.url + "/hunter2", TLS: tt.setting}, ReasonTLS)
			if !strings.HasPrefix(e.Error(), tt.url+": ") || !strings.Contains(e.Error(), tt.want) {
				t.Errorf("got %s\nwant %s", e, tt.want)
			}
			mustHide(t, e, "hunter2")
		})
	}
}

// FuzzURL: whatever is taken for a URL shows a scheme and a host, and whatever
// is not gets one of few fixed answers.
func FuzzURL(f *testing.F) {
	for _, base := range []string{"https://example.com", "http://[fe80::1%25eth0]:80", "http://10.0.0.1:8080"} {
		for _, seed := range secretURLs(base, "hunter2") {
			f.Add(seed)
		}
	}
	faults := []string{"the URL cannot be read", "only http and https", "the URL holds a user", "the URL has no host", "the URL's host", "the URL's port"}
	f.Fuzz(func(t *testing.T, text string) {
		u, fault := parseURL(text)
		if fault != "" {
			if !slices.ContainsFunc(faults, func(known string) bool { return strings.HasPrefix(fault, known) }) {
				t.Fatalf("%q: fault %q", text, fault)
			}
			return
		}
		origin := (&hop{url: u}).origin()
		scheme, host, _ := strings.Cut(origin, "://")
		if scheme != "http" && scheme != "https" || strings.ContainsAny(host, "/?#@\\&;=, \t\r\n\"'<>{}|^`") {
			t.Fatalf("%q shows %q", text, origin)
		}
	})
}
