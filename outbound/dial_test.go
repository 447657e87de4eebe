package outbound

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

func portOfServer(s *httptest.Server) string {
	return s.URL[strings.LastIndexByte(s.URL, ':')+1:]
}

func TestLoopbackIsRefusedUnlessNamed(t *testing.T) {
	t.Parallel()
	called := false
	s := serve(t, func(http.ResponseWriter, *http.Request) { called = true })
	e := mustFail(t, newClient(t, Options{}), &Request{URL: s.URL + "/x"}, ReasonRefused)
	var refused *Refused
	if !errors.As(e, &refused) || refused.Host != "127.0.0.1" || refused.Address != "127.0.0.1" || refused.Why != "a loopback address" {
		t.Errorf("got %#v in %v", refused, e)
	}
	if called {
		t.Error("the server was called")
	}
	if got := mustDo(t, local(t), &Request{URL: s.URL}); got.Status != 200 {
		t.Errorf("status %d where it is named", got.Status)
	}
}

func TestNamedHost(t *testing.T) {
	t.Parallel()
	s := serve(t, hello)
	names := newZone(map[string][]string{"warehouse.internal": {"127.0.0.1"}, "evil.example": {"127.0.0.1"}})
	c := newClient(t, Options{Resolver: names.resolver()}, "warehouse.internal:"+portOfServer(s))
	got := mustDo(t, c, &Request{URL: "http://Warehouse.internal:" + portOfServer(s)})
	if string(got.Body) != "hello" {
		t.Errorf("body %q", got.Body)
	}
	_ = mustFail(t, c, &Request{URL: "http://evil.example:" + portOfServer(s)}, ReasonRefused)
	_ = mustFail(t, c, &Request{URL: s.URL}, ReasonRefused)
}

// TestRebinding has a name server answer with a public address first and with
// loopback ever after, as an attacker's does.
func TestRebinding(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	names := newZone(nil)
	names.answers["rebind.example"] = [][]string{{"93.184.215.14"}, {"127.0.0.1"}}
	c := newClient(t, Options{Resolver: names.resolver()})
	dialled := divert(c, s.Listener.Addr())

	mustDo(t, c, &Request{URL: "http://rebind.example/"})
	if want := []string{"93.184.215.14:80"}; !slices.Equal(dialled.list(), want) {
		t.Errorf("dialled %q, want %q: the judged address and no other", dialled.list(), want)
	}
	if names.lookups != 1 {
		t.Errorf("%d lookups for one connection, want 1", names.lookups)
	}
	_ = mustFail(t, c, &Request{URL: "http://rebind.example/"}, ReasonRefused)
	if n := len(dialled.list()); n != 1 {
		t.Errorf("dialled %d times, want the second not at all", n)
	}
}

func TestMixedAnswerDialsOnlyWhatPasses(t *testing.T) {
	t.Parallel()
	s := serve(t, hello)
	names := newZone(map[string][]string{"mixed.example": {"10.0.0.1", "::1", "93.184.215.14", "::ffff:127.0.0.1", "93.184.215.14"}})
	c := newClient(t, Options{Resolver: names.resolver()})
	dialled := divert(c, s.Listener.Addr())
	mustDo(t, c, &Request{URL: "http://mixed.example/"})
	if want := []string{"93.184.215.14:80"}; !slices.Equal(dialled.list(), want) {
		t.Errorf("dialled %q, want %q", dialled.list(), want)
	}
}

func TestDialContext(t *testing.T) {
	t.Parallel()
	s := serve(t, hello)
	port := portOfServer(s)
	names := newZone(map[string][]string{
		"mail.internal": {"127.0.0.1"}, "empty.example": {}, "six.example": {"2606:2800:21f::1"},
	})
	tests := []struct {
		name, network, address string
		reason                 string // empty: connects
		text                   string
	}{
		{"address", "tcp", "127.0.0.1:" + port, "", ""},
		{"name", "tcp4", "mail.internal:" + port, "", ""},
		{"absolute name", "tcp", "mail.internal.:" + port, "", ""},
		{"refused", "tcp", "10.0.0.1:25", ReasonRefused, `10.0.0.1:25: 10.0.0.1 is a private address`},
		{"refused 6", "tcp", "[fe80::1%eth0]:25", ReasonRefused, "link-local"},
		{"no such name", "tcp", "nowhere.example:25", ReasonConnect, "nowhere.example:25: no such host"},
		{"name without addresses", "tcp", "empty.example:25", ReasonConnect, "no such host"},
		{"name without addresses of the family", "tcp4", "six.example:25", ReasonConnect, "no such host"},
		{"address of the other family", "tcp6", "127.0.0.1:25", ReasonConnect, "no address"},
		{"UDP", "udp", "127.0.0.1:53", ReasonInvalid, `network "tcp"`},
		{"Unix", "unix", "/run/x.sock", ReasonInvalid, `network "tcp"`},
		{"no port", "tcp", "127.0.0.1", ReasonInvalid, `"host:port"`},
		{"no host", "tcp", ":25", ReasonInvalid, "neither an address nor a host name"},
		{"port 0", "tcp", "127.0.0.1:0", ReasonInvalid, "1 to 65535"},
		{"service name", "tcp", "127.0.0.1:smtp", ReasonInvalid, "1 to 65535"},
		{"short-hand address", "tcp", "127.1:25", ReasonInvalid, "neither an address nor a host name"},
		{"decimal address", "tcp", "2130706433:25", ReasonInvalid, "neither an address nor a host name"},
	}
	c := newClient(t, Options{Resolver: names.resolver()}, "127.0.0.1", "mail.internal")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conn, err := c.DialContext(t.Context(), tt.network, tt.address)
			if tt.reason == "" {
				if err != nil {
					t.Fatal(err)
				}
				if got := conn.RemoteAddr().String(); got != s.Listener.Addr().String() {
					t.Errorf("connected to %s", got)
				}
				_ = conn.Close()
				return
			}
			if e := wantReason(t, conn, err, tt.reason); !strings.Contains(e.Error(), tt.text) {
				t.Errorf("got %q, want it to say %q", e, tt.text)
			}
		})
	}
}

func TestDialToClosedPort(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	e := mustFail(t, local(t), &Request{URL: s.URL + "/x"}, ReasonConnect)
	if e.Error() != s.URL+": no connection: connection refused" {
		t.Errorf("got %q", e)
	}
}

// stuck is a dialer that waits until its context ends.
func stuck(ctx context.Context, _ *net.Dialer, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestDialEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		limit  func(context.Context) (context.Context, context.CancelFunc)
		reason string
		after  time.Duration
		text   string
	}{
		{"own limit", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Minute)
		}, ReasonConnect, 3 * time.Second, "no connection within 3s"},
		{"deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}, ReasonTimeout, time.Second, "no complete answer within the time limit"},
		{"canceled", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(2*time.Second, cancel)
			return ctx, cancel
		}, ReasonCanceled, 2 * time.Second, "the request was canceled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := New(Options{DialTimeout: 3 * time.Second})
				c.dial = stuck
				start := time.Now()
				ctx, cancel := tt.limit(t.Context())
				defer cancel()
				conn, err := c.DialContext(ctx, "tcp", "93.184.215.14:443")
				e := wantReason(t, conn, err, tt.reason)
				if !strings.Contains(e.Error(), tt.text) || time.Since(start) != tt.after {
					t.Errorf("got %q after %s, want %q after %s", e, time.Since(start), tt.text, tt.after)
				}
			})
		})
	}
}
