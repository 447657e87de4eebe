package clientaddr

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

const (
	proxy  = "10.0.0.1"
	client = "203.0.113.9"
	other  = "198.51.100.7"
)

func trusted(t testing.TB) Proxies {
	p, err := ParseProxies([]string{"10.0.0.0/8", "2001:db8::/64", "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestClientOfXForwardedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines string // separated by line breaks
		want  string
	}{
		"none":                        {"", proxy},
		"one":                         {client, client},
		"what the client wrote":       {other + ", " + client, client},
		"trusted ones are passed":     {client + ", 10.9.9.9, 127.0.0.1", client},
		"all are trusted":             {"10.1.1.1, 10.2.2.2", "10.1.1.1"},
		"several lines":               {other + "\n" + client + "\n10.2.2.2", client},
		"empty entries":               {" , " + client + " ,, ", client},
		"IPv4 with port":              {client + ":4711", client},
		"IPv6":                        {"2001:db9::7", "2001:db9::7"},
		"IPv6 in brackets":            {"[2001:db9::7]", "2001:db9::7"},
		"IPv6 with port":              {"[2001:db9::7]:4711", "2001:db9::7"},
		"IPv6 with zone":              {"fe80::1%eth0", "fe80::1"},
		"IPv4 in IPv6":                {"::ffff:203.0.113.9", client},
		"trusted IPv6":                {client + ",[2001:db8::5]:443", client},
		"unknown":                     {client + ", unknown", proxy},
		"garbage":                     {client + ", <script>", proxy},
		"garbage behind a proxy":      {"garbage, 10.2.2.2", "10.2.2.2"},
		"garbage on the left":         {"garbage, " + client, client},
		"port without address":        {":80", proxy},
		"wrong port":                  {client + ":99999", proxy},
		"bracket without end":         {"[2001:db9::7", proxy},
		"IPv4 in brackets":            {"[203.0.113.9]", proxy},
		"text after the bracket":      {"[2001:db9::7]x", proxy},
		"leading zeros":               {"203.0.113.09", proxy},
		"quotes hide no entry":        {`"` + other + `, ` + client, client},
		"an open quote on the left":   {`"x, ` + client, client},
		"an address and another word": {client + " x", proxy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			for _, line := range strings.Split(c.lines, "\n") {
				h.Add("X-Forwarded-For", line)
			}
			if got := trusted(t).Client(netip.MustParseAddr(proxy), h); got.String() != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

func TestClientOfForwarded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ lines, want string }{
		"one":                         {"for=203.0.113.9", client},
		"with other parameters":       {"by=10.0.0.1; FOR=203.0.113.9 ;proto=https;host=example.com", client},
		"quoted":                      {`for="203.0.113.9"`, client},
		"quoted with port":            {`for="203.0.113.9:4711"`, client},
		"port without quotes":         {`for=203.0.113.9:4711`, client},
		"obfuscated port":             {`for="203.0.113.9:_a"`, client},
		"IPv6":                        {`for="[2001:db9::7]:4711";proto=http`, "2001:db9::7"},
		"what the client wrote":       {`for=198.51.100.7, for=203.0.113.9`, client},
		"trusted ones are passed":     {`for=203.0.113.9, for=10.9.9.9;by=_x, for="[2001:db8::5]"`, client},
		"several lines":               {"for=198.51.100.7\nfor=203.0.113.9\nfor=10.2.2.2", client},
		"unknown":                     {"for=203.0.113.9, for=unknown", proxy},
		"obfuscated":                  {"for=203.0.113.9, for=_hidden", proxy},
		"no for":                      {"for=203.0.113.9, proto=https", proxy},
		"for without value":           {"for", proxy},
		"for twice":                   {"for=203.0.113.9;for=198.51.100.7", proxy},
		"an open quote on the left":   {`for="evil, for=203.0.113.9`, client},
		"an open quote in a host":     {`for=198.51.100.7;host="x, for=203.0.113.9;host="y"`, client},
		"a separator in quotes":       {`for=203.0.113.9;host="a, for=198.51.100.7;b"`, client},
		"an escaped quote":            {`for=203.0.113.9;host="a\", for=198.51.100.7, \""`, client},
		"an escaped backslash":        {`for=203.0.113.9;host="a\\"`, client},
		"an open quote on the right":  {`for=203.0.113.9;host=a"`, proxy},
		"a backslash in the address":  {`for="203.0.113.\9"`, proxy},
		"empty elements":              {`, for=203.0.113.9,,`, client},
		"X-Forwarded-For is not read": {"", proxy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			for _, line := range strings.Split(c.lines, "\n") {
				h.Add("Forwarded", line)
			}
			if got := trusted(t).Client(netip.MustParseAddr(proxy), h); got.String() != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

// TestBothHeaders: a proxy that writes one header passes the other one on as the
// client wrote it, and nothing tells which one that is.
func TestBothHeaders(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		forwarded, list string
		want            netip.Addr
	}{
		"the same client":  {"for=203.0.113.9", other + ", " + client, netip.MustParseAddr(client)},
		"different":        {"for=198.51.100.7", client, netip.Addr{}},
		"one without hops": {"for=unknown", client, netip.Addr{}},
	} {
		h := http.Header{"Forwarded": {c.forwarded}, "X-Forwarded-For": {c.list}}
		if got := trusted(t).Client(netip.MustParseAddr(proxy), h); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestUntrustedPeer(t *testing.T) {
	t.Parallel()
	h := http.Header{"X-Forwarded-For": {client}, "Forwarded": {"for=" + client}}
	for _, p := range []Proxies{{}, trusted(t)} {
		if got := p.Client(netip.MustParseAddr(other), h); got.String() != other {
			t.Errorf("a peer that is no proxy is %v", got)
		}
	}
	if got := trusted(t).Client(netip.Addr{}, h); got.IsValid() {
		t.Errorf("a peer without an address is %v", got)
	}
}

func TestParseProxies(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"", "proxy.internal", "10.0.0.1/8", "0.0.0.0/0", "::/0", "10.0.0.0/33", "fe80::1%eth0"} {
		if _, err := ParseProxies([]string{"127.0.0.1", wrong}); err == nil {
			t.Errorf("%q is accepted", wrong)
		}
	}
}

// FuzzClient: an untrusted peer is the client whatever it sends, and what stands
// left of the entry of a proxy changes nothing.
func FuzzClient(f *testing.F) {
	for _, seed := range []string{"", client, `for="evil`, `for=1.2.3.4;host="a\"`, "unknown, [::1]:80", `"`, `\`, ",;=\"[]:_"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := trusted(t)
		want := netip.MustParseAddr(client)
		if got := p.Client(want, http.Header{"X-Forwarded-For": {text}, "Forwarded": {text}}); got != want {
			t.Fatalf("an untrusted peer is %v", got)
		}
		for name, lines := range map[string][]string{
			"X-Forwarded-For": {text + ", " + client + ":80", "10.2.2.2"},
			"Forwarded":       {text + `,for="203.0.113.9:80";host="h"`, `for=10.2.2.2`},
		} {
			if got := p.Client(netip.MustParseAddr(proxy), http.Header{name: lines}); got != want {
				t.Errorf("%s: with %q on the left the client is %v", name, text, got)
			}
		}
		for _, name := range []string{"X-Forwarded-For", "Forwarded"} {
			if got := p.Client(netip.MustParseAddr(proxy), http.Header{name: {text}}); !got.IsValid() || got.Zone() != "" {
				t.Errorf("%s: %q gives %v", name, text, got)
			}
		}
	})
}
