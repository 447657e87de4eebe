package engine_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/pires/go-proxyproto"

	"github.com/webhook-gateway/gateway/internal/logging"
)

const showsClient = `
gateway {
  SETTINGS
}
flow "ip" {
  trigger "webhook" {
    path      = "/ip"
    mode      = "sync"
    allow_ips = ["203.0.113.0/24"]
    response { body = webhook.remote_ip }
  }
}
flow "any" {
  trigger "webhook" {
    path = "/any"
    mode = "sync"
    response { json = { ip = webhook.remote_ip } }
  }
}`

func behindProxies(t *testing.T, settings string) *durable {
	return newDurable(t, strings.Replace(showsClient, "SETTINGS", settings, 1))
}

func TestTrustedProxies(t *testing.T) {
	t.Parallel()
	d := behindProxies(t, `trusted_proxies = ["127.0.0.1"]`)
	for name, c := range map[string]struct {
		path   string
		header []string
		status int
		body   string
	}{
		"X-Forwarded-For":    {"/ip", []string{"X-Forwarded-For", "198.51.100.7, 203.0.113.9"}, 200, "203.0.113.9"},
		"Forwarded":          {"/ip", []string{"Forwarded", `for="203.0.113.9:80";proto=https`}, 200, "203.0.113.9"},
		"written by himself": {"/ip", []string{"X-Forwarded-For", "203.0.113.9, 198.51.100.7"}, 403, ""},
		"the proxy itself":   {"/ip", nil, 403, ""},
		"both, different":    {"/ip", []string{"X-Forwarded-For", "203.0.113.9", "Forwarded", "for=203.0.113.8"}, 403, ""},
		"stored":             {"/any", []string{"X-Forwarded-For", "2001:db8::7"}, 200, `{"ip":"2001:db8::7"}`},
		"no address":         {"/any", []string{"X-Forwarded-For", "203.0.113.9", "Forwarded", "for=203.0.113.8"}, 200, `{"ip":null}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := d.post(c.path, `{}`, c.header...)
			if got.status != c.status || c.body != "" && got.body != c.body {
				t.Errorf("got %d %s, want %d %s", got.status, got.body, c.status, c.body)
			}
		})
	}
	d.write(strings.Replace(showsClient, "SETTINGS", `trusted_proxies = []`, 1))
	if l := d.g.Reload("test"); !l.OK {
		t.Fatal(l.Diags)
	}
	if got := d.post("/any", `{}`, "X-Forwarded-For", "203.0.113.9"); got.body != `{"ip":"127.0.0.1"}` {
		t.Errorf("after a reload without proxies the client is %s", got.body)
	}
}

// TestUntrustedProxyIsLogged: one line says that allow_ips judges the proxy, or that
// rate_limit counts by it, and none where the files say that there is no proxy, or
// another key counts.
func TestUntrustedProxyIsLogged(t *testing.T) {
	t.Parallel()
	const anybody = `allow_ips = ["203.0.113.0/24"]`
	for _, c := range []struct {
		name, settings, checks, want string // want is "" for no line
	}{
		{"allow_ips", "", anybody, "so allow_ips judges the address of the proxy"},
		{"allow_ips without a proxy", "trusted_proxies = []", anybody, ""},
		{"rate_limit", "", "rate_limit { requests = 9 }", "so rate_limit counts by the address of the proxy"},
		{"rate_limit without a proxy", "trusted_proxies = []", "rate_limit { requests = 9 }", ""},
		{"rate_limit by another key", "", "rate_limit {\n requests = 9\n key = webhook.headers[\"X-Shop\"]\n}", ""},
	} {
		d := newStopped(t)
		lines := newSink(t)
		log, err := logging.New(lines, "json", "info")
		if err != nil {
			t.Fatal(err)
		}
		d.opts.Log = log
		d.write(strings.NewReplacer("SETTINGS", c.settings, anybody, c.checks).Replace(showsClient))
		d.start()
		d.post("/ip", `{}`)
		for range 3 {
			d.post("/ip", `{}`, "X-Forwarded-For", "203.0.113.9")
			d.post("/any", `{}`, "X-Forwarded-For", "203.0.113.9")
		}
		got := lines.all("trusted_proxies is not set")
		if (c.want == "") != (len(got) == 0) || len(got) > 1 || len(lines.all(c.want)) == 0 {
			t.Errorf("%s: the log has %d lines: %v", c.name, len(got), got)
		}
	}
}

// sendRaw sends bytes on a connection of its own and returns the status and body
// of the answer, 0 if the connection was closed.
func sendRaw(t *testing.T, base, text string) (int, string) {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // the answer was read
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestProxyProtocol(t *testing.T) {
	t.Parallel()
	const request = "POST /any HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n%s\r\n"
	v2, err := proxyproto.HeaderProxyFromAddrs(2, &net.TCPAddr{IP: net.ParseIP("2001:db8::7"), Port: 4711}, &net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 80}).Format()
	if err != nil {
		t.Fatal(err)
	}
	trusting := behindProxies(t, "trusted_proxies = [\"127.0.0.0/8\"]\n  proxy_protocol  = true")
	others := behindProxies(t, "trusted_proxies = [\"10.0.0.0/8\"]\n  proxy_protocol  = true")
	for name, c := range map[string]struct {
		d            *durable
		begin, lines string
		status       int
		body         string
	}{
		"version 1":                     {trusting, "PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n", "", 200, `{"ip":"203.0.113.9"}`},
		"version 2":                     {trusting, string(v2), "", 200, `{"ip":"2001:db8::7"}`},
		"and a proxy before it":         {trusting, "PROXY TCP4 127.0.0.9 127.0.0.1 4711 80\r\n", "X-Forwarded-For: 203.0.113.9\r\n", 200, `{"ip":"203.0.113.9"}`},
		"and what the client wrote":     {trusting, "PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n", "X-Forwarded-For: 198.51.100.7\r\n", 200, `{"ip":"203.0.113.9"}`},
		"no header of a trusted proxy":  {trusting, "", "", 0, ""},
		"a header of someone else":      {others, "PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n", "", 400, "400 Bad Request"},
		"someone else without a header": {others, "", "", 200, `{"ip":"127.0.0.1"}`},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := sendRaw(t, c.d.base, c.begin+fmt.Sprintf(request, c.lines))
			if status != c.status || body != c.body {
				t.Errorf("got %d %q, want %d %q", status, body, c.status, c.body)
			}
		})
	}
}
