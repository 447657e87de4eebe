package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDoSendsWhatIsAsked(t *testing.T) {
	t.Parallel()
	type seen struct {
		Method, Host, Path, Body string
		Length                   int64
		Header                   http.Header
	}
	var got seen
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = seen{r.Method, r.Host, r.RequestURI, string(body), r.ContentLength, r.Header}
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
	})
	host := strings.TrimPrefix(s.URL, "http://")
	gzipped := []string{"gzip"}
	tests := []struct {
		name string
		req  Request
		want seen
	}{
		{
			"plain",
			Request{URL: "/a%2Fb?x=1&y=%20#part"},
			seen{"GET", host, "/a%2Fb?x=1&y=%20", "", 0, http.Header{"User-Agent": {"gateway"}, "Accept-Encoding": gzipped}},
		},
		{
			"with a body",
			Request{Method: "POST", Body: []byte("{}"), Header: http.Header{"content-type": {"application/json"}}},
			seen{"POST", host, "/", "{}", 2, http.Header{
				"User-Agent": {"gateway"}, "Accept-Encoding": gzipped, "Content-Type": {"application/json"}, "Content-Length": {"2"},
			}},
		},
		{
			"POST without a body",
			Request{Method: "POST"},
			seen{"POST", host, "/", "", 0, http.Header{"User-Agent": {"gateway"}, "Accept-Encoding": gzipped, "Content-Length": {"0"}}},
		},
		{
			"own Host, agent and encoding",
			Request{Header: http.Header{"host": {"shop.example:81"}, "user-agent": {"me"}, "ACCEPT-ENCODING": {"identity"}}},
			seen{"GET", "shop.example:81", "/", "", 0, http.Header{"User-Agent": {"me"}, "Accept-Encoding": {"identity"}}},
		},
		{
			"several values, in order",
			Request{Header: http.Header{"X-A": {"1", "2"}, "x-a": {"3"}}},
			seen{"GET", host, "/", "", 0, http.Header{"User-Agent": {"gateway"}, "Accept-Encoding": gzipped, "X-A": {"1", "2", "3"}}},
		},
		{
			"headers of a passed-on request",
			Request{Header: http.Header{
				"Connection": {"close, X-Kept"}, "Content-Length": {"99"}, "Transfer-Encoding": {"chunked"}, "Upgrade": {"websocket"},
				"Te": {"trailers"}, "Keep-Alive": {"1"}, "Proxy-Authorization": {"x"}, "Expect": {"100-continue"}, "X-Kept": {"1"},
			}},
			seen{"GET", host, "/", "", 0, http.Header{"User-Agent": {"gateway"}, "Accept-Encoding": gzipped, "X-Kept": {"1"}}},
		},
		{
			"a part",
			Request{Header: http.Header{"Range": {"bytes=0-1"}}},
			seen{"GET", host, "/", "", 0, http.Header{"User-Agent": {"gateway"}, "Range": {"bytes=0-1"}}},
		},
	}
	c := local(t)
	for _, tt := range tests { // one after another: they share got
		t.Run(tt.name, func(t *testing.T) {
			tt.req.URL = s.URL + tt.req.URL
			resp := mustDo(t, c, &tt.req)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("the server saw (-want +got):\n%s", diff)
			}
			if resp.Status != http.StatusTeapot || string(resp.Body) != "short and stout" ||
				resp.Header.Get("X-Answer") != "yes" || resp.Redirects != 0 {
				t.Errorf("got %+v", resp)
			}
			if before, _, _ := strings.Cut(tt.req.URL, "#"); resp.FinalURL != before {
				t.Errorf("final URL %q, want %q", resp.FinalURL, before)
			}
			if !strings.HasPrefix(resp.FinalURL, resp.Target) || strings.Count(resp.Target, "/") != 2 {
				t.Errorf("target %q of %q", resp.Target, resp.FinalURL)
			}
		})
	}
}

func TestUserAgentOption(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.UserAgent()) })
	c := newClient(t, Options{UserAgent: "shop/1"}, "127.0.0.1")
	if got := mustDo(t, c, &Request{URL: s.URL}); string(got.Body) != "shop/1" {
		t.Errorf("agent %q", got.Body)
	}
}

func TestDoRefusesInvalidRequests(t *testing.T) {
	t.Parallel()
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	tests := []struct {
		name string
		req  Request
		want string // the whole error
	}{
		{"relative", Request{URL: "hooks.example.com/services/T0"}, `only http and https can be called; begin the URL with "https://"`},
		{"other scheme", Request{URL: "file:///etc/passwd"}, `only http and https can be called; begin the URL with "https://"`},
		{"opaque", Request{URL: "https:hooks"}, `the URL has no host; write it as "https://host/path"`},
		{"no host", Request{URL: "https:///x"}, `the URL has no host; write it as "https://host/path"`},
		{"port alone", Request{URL: "https://:443/x"}, `the URL has no host; write it as "https://host/path"`},
		{"user", Request{URL: "https://shop:hunter2@example.com/x"}, "the URL holds a user or password, which would end up in logs; send them as an Authorization header"},
		{"user alone", Request{URL: "https://token@example.com"}, "the URL holds a user or password, which would end up in logs; send them as an Authorization header"},
		{"control character", Request{URL: "https://example.com/\n"}, `the URL cannot be read; write it as "https://host/path", with unusual characters percent-encoded`},
		{"port by name", Request{URL: "https://example.com:https/x"}, `the URL cannot be read; write it as "https://host/path", with unusual characters percent-encoded`},
		{"port 0", Request{URL: "https://example.com:0/x"}, "the URL's port is not a number from 1 to 65535"},
		{"port too large", Request{URL: "https://example.com:65536/x"}, "the URL's port is not a number from 1 to 65535"},
		{"port empty", Request{URL: "https://example.com:/x"}, "the URL's port is not a number from 1 to 65535"},
		{"slash forgotten", Request{URL: "https://example.com&token=abc"}, "the URL's host is neither an address nor a host name"},
		{"short-hand address", Request{URL: "http://127.1/"}, "the URL's host is neither an address nor a host name"},
		{"decimal address", Request{URL: "http://2130706433/"}, "the URL's host is neither an address nor a host name"},
		{"zone that is none", Request{URL: "http://[fe80::1%25a!b]/"}, "the URL's host is neither an address nor a host name"},
		{"method", Request{Method: "GET /", URL: "https://example.com/x"}, `https://example.com: a method is one word, such as "POST"`},
		{"CONNECT", Request{Method: "connect", URL: "https://example.com/x"}, "https://example.com: the method CONNECT opens tunnels and cannot be used"},
		{
			"line break in a value",
			Request{URL: "https://example.com/x", Header: header("x-token", "abc\r\nX-Admin: 1")},
			`https://example.com: the value of header "X-Token" has a line break or another control character; remove it, or encode it`,
		},
		{
			"NUL in a value",
			Request{URL: "https://example.com/x", Header: header("X-Token", "abc\x00")},
			`https://example.com: the value of header "X-Token" has a line break or another control character; remove it, or encode it`,
		},
		{
			"line break in a value that would be left out",
			Request{URL: "https://example.com/x", Header: header("Connection", "a\nb")},
			`https://example.com: the value of header "Connection" has a line break or another control character; remove it, or encode it`,
		},
		{
			"value in the name",
			Request{URL: "https://example.com/x", Header: header("Authorization: Bearer abc", "")},
			`https://example.com: the header name that begins with "Authorization" has a character that no header name may have; letters, digits and hyphens are safe`,
		},
		{"no name", Request{URL: "https://example.com/x", Header: header("", "a")}, "https://example.com: a header has no name"},
		{"Host with a path", Request{URL: "https://example.com/x", Header: header("Host", "a/b")}, `https://example.com: header "Host" is not one host name with an optional port`},
		{"Host with a user", Request{URL: "https://example.com/x", Header: header("Host", "a@b")}, `https://example.com: header "Host" is not one host name with an optional port`},
		{"two Hosts", Request{URL: "https://example.com/x", Header: http.Header{"Host": {"a", "b"}}}, `https://example.com: header "Host" is not one host name with an optional port`},
	}
	c := newClient(t, Options{Resolver: newZone(nil).resolver()})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := mustFail(t, c, &tt.req, ReasonInvalid)
			if e.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", e, tt.want)
			}
		})
	}
}

func TestUnicodeHostIsLookedUpInASCII(t *testing.T) {
	t.Parallel()
	s := serve(t, hello)
	c := newClient(t, Options{Resolver: newZone(map[string][]string{"xn--kln-sna.internal": {"127.0.0.1"}}).resolver()}, "xn--kln-sna.internal")
	got := mustDo(t, c, &Request{URL: "http://köln.internal:" + portOfServer(s)})
	if string(got.Body) != "hello" {
		t.Errorf("body %q", got.Body)
	}
}

// TestReuse counts the connections that a server sees.
func TestReuse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		start func(*httptest.Server)
		proto string
	}{
		{"HTTP/1.1", (*httptest.Server).Start, "HTTP/1.1"},
		{"HTTP/1.1 over TLS", (*httptest.Server).StartTLS, "HTTP/1.1"},
		{"HTTP/2", func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() }, "HTTP/2.0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var conns atomic.Int64
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/from" {
					http.Redirect(w, r, "/to", http.StatusFound)
					return
				}
				w.Header().Set("Content-Encoding", r.URL.Query().Get("encoding"))
				_, _ = io.WriteString(w, r.Proto)
			}))
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					conns.Add(1)
				}
			}
			tt.start(s)
			t.Cleanup(s.Close)
			c := newClient(t, Options{TLS: trusting(s)}, "127.0.0.1")
			for range 5 {
				if got := mustDo(t, c, &Request{URL: s.URL}); string(got.Body) != tt.proto {
					t.Errorf("spoke %q, want %q", got.Body, tt.proto)
				}
				mustDo(t, c, &Request{URL: s.URL + "/from", Redirects: 1})
				mustDo(t, c, &Request{Method: "HEAD", URL: s.URL + "?encoding=gzip"})
			}
			if n := conns.Load(); n != 1 {
				t.Errorf("%d connections for 15 requests, want 1", n)
			}
			c.CloseIdle()
			mustDo(t, c, &Request{URL: s.URL})
			if n := conns.Load(); n != 2 {
				t.Errorf("%d connections after CloseIdle, want 2", n)
			}
		})
	}
}

// trusting is a TLS setting that trusts s, if s speaks TLS.
func trusting(s *httptest.Server) *tls.Config {
	if s.TLS == nil {
		return nil
	}
	return s.Client().Transport.(*http.Transport).TLSClientConfig
}

func TestDoEndsWithItsContext(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_, _ = io.WriteString(w, "the first part")
			w.(http.Flusher).Flush()
		}
		<-release
	})
	t.Cleanup(func() { close(release) }) // runs before the server is closed
	for _, path := range []string{"/header", "/body"} {
		t.Run("deadline in the"+path, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			resp, err := local(t).Do(ctx, &Request{URL: s.URL + path})
			_ = wantReason(t, resp, err, ReasonTimeout)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want a deadline exceeded", err)
			}
		})
	}
	t.Run("own limit", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, Options{Timeout: 50 * time.Millisecond}, "127.0.0.1")
		_ = mustFail(t, c, &Request{URL: s.URL + "/header"}, ReasonTimeout)
	})
	t.Run("canceled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("shutdown of /secret"))
		resp, err := local(t).Do(ctx, &Request{URL: s.URL})
		_ = wantReason(t, resp, err, ReasonCanceled)
		if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v, want it canceled and without the cause", err)
		}
	})
}

// TestSilentTLSServer has a server accept a connection and never say a word.
func TestSilentTLSServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{TLSTimeout: 5 * time.Second})
		silent := make(chan net.Conn, 1)
		c.dial = pipeTo(silent)
		start := time.Now()
		e := mustFail(t, c, &Request{URL: "https://93.184.215.14/x"}, ReasonTimeout)
		if e.Error() != "https://93.184.215.14: the server did not answer in time" || time.Since(start) != 5*time.Second {
			t.Errorf("got %q after %s", e, time.Since(start))
		}
		_ = (<-silent).Close()
	})
}
