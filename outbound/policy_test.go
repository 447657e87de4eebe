package outbound

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestPolicyOpens(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		allow string
		host  string
		addr  string // with port
		open  bool
	}{
		{"range", "10.1.0.0/16", "10.1.2.3", "10.1.2.3:80", true},
		{"beside the range", "10.1.0.0/16", "10.2.2.3", "10.2.2.3:80", false},
		{"range, by a name", "10.1.0.0/16", "db.internal", "10.1.2.3:80", true},
		{"range with port", "10.1.0.0/16:5432", "10.1.2.3", "10.1.2.3:5432", true},
		{"range, other port", "10.1.0.0/16:5432", "10.1.2.3", "10.1.2.3:5433", false},
		{"IPv6 range", "fd00::/8", "fd12::1", "[fd12::1]:80", true},
		{"IPv6 range with port", "[fd00::/8]:443", "fd12::1", "[fd12::1]:443", true},
		{"IPv6 range, other port", "[fd00::/8]:443", "fd12::1", "[fd12::1]:80", false},
		{"address", "10.1.2.3", "10.1.2.3", "10.1.2.3:1", true},
		{"address written as mapped", "::ffff:10.1.2.3", "10.1.2.3", "10.1.2.3:1", true},
		{"address dialled as mapped", "10.1.2.3", "::ffff:10.1.2.3", "[::ffff:10.1.2.3]:1", true},
		{"other address", "10.1.2.3", "10.1.2.4", "10.1.2.4:1", false},
		{"IPv6 address in another spelling", "FD00:0:0::0001", "fd00::1", "[fd00::1]:1", true},
		{"IPv6 address in brackets", "[fd00::1]", "fd00::1", "[fd00::1]:9", true},
		{"IPv6 address with a zone", "fe80::/10", "fe80::1%eth0", "[fe80::1%eth0]:9", true},
		{"address carried by NAT64", "10.1.2.3", "x.example", "[64:ff9b::a01:203]:80", true},
		{"name", "warehouse.internal", "warehouse.internal", "10.9.9.9:80", true},
		{"name in capitals, absolute", "Warehouse.Internal", "wareHouse.internal.", "10.9.9.9:80", true},
		{"other name for the same address", "warehouse.internal", "evil.example", "10.9.9.9:80", false},
		{"the address itself, when its name is named", "warehouse.internal", "10.9.9.9", "10.9.9.9:80", false},
		{"name below the named one", "warehouse.internal", "a.warehouse.internal", "10.9.9.9:80", false},
		{"name that ends alike", "house.internal", "warehouse.internal", "10.9.9.9:80", false},
		{"name, loopback", "localhost", "localhost", "127.0.0.1:80", true},
		{"name, loopback 6", "localhost", "localhost", "[::1]:80", true},
		{"name, carrier", "box.ts.net", "box.ts.net", "100.64.1.1:80", true},
		{"name, unique local", "a.internal", "a.internal", "[fd00::1]:80", true},
		{"name, link-local", "a.internal", "a.internal", "169.254.1.1:80", false},
		{"name, metadata", "metadata.google.internal", "metadata.google.internal", "169.254.169.254:80", false},
		{"name, metadata in a private range", "a.internal", "a.internal", "100.100.100.200:80", false},
		{"name, unspecified", "a.internal", "a.internal", "0.0.0.0:80", false},
		{"name, multicast", "a.internal", "a.internal", "224.0.0.1:80", false},
		{"name with port", "a.internal:8443", "a.internal", "10.0.0.1:8443", true},
		{"name, other port", "a.internal:8443", "a.internal", "10.0.0.1:443", false},
		{"single label", "warehouse", "warehouse", "10.0.0.1:80", true},
		{"underscore", "_svc.internal", "_svc.internal", "10.0.0.1:80", true},
		{"star", "*.internal", "a.internal", "10.0.0.1:80", true},
		{"star, deeper", "*.internal", "a.b.internal", "10.0.0.1:80", true},
		{"star, the name itself", "*.internal", "internal", "10.0.0.1:80", false},
		{"star, a name that ends alike", "*.internal", "evilinternal", "10.0.0.1:80", false},
		{"star with port", "*.internal:443", "a.internal", "10.0.0.1:443", true},
		{"star, other port", "*.internal:443", "a.internal", "10.0.0.1:80", false},
		{"range around metadata", "169.254.0.0/16", "169.254.169.254", "169.254.169.254:80", false},
		{"range around link-local", "169.254.0.0/16", "169.254.1.1", "169.254.1.1:80", true},
		{"everything but metadata", "0.0.0.0/0", "169.254.169.254", "169.254.169.254:80", false},
		{"everything, loopback", "0.0.0.0/0", "127.0.0.1", "127.0.0.1:80", true},
		{"metadata itself", "169.254.169.254", "metadata.google.internal", "169.254.169.254:80", true},
		{"metadata as a range of one", "169.254.169.254/32", "169.254.169.254", "169.254.169.254:80", true},
		{"public in any case", "10.0.0.0/8", "example.com", "93.184.215.14:443", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			policy, err := ParsePolicy([]string{tt.allow})
			if err != nil {
				t.Fatal(err)
			}
			if r := policy.judge(tt.host, netip.MustParseAddrPort(tt.addr)); (r == nil) != tt.open {
				t.Errorf("allow %q, %s at %s: refusal %v, want open: %v", tt.allow, tt.host, tt.addr, r, tt.open)
			}
		})
	}
}

func TestParsePolicyRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, entry, want string }{
		{"empty", "", "it is empty"},
		{"space", "10.0.0.1 10.0.0.2", "write several as elements of the list"},
		{"URL", "http://warehouse.internal", "write the host alone"},
		{"user", "a@warehouse.internal", "no user"},
		{"everything", "*", `write "0.0.0.0/0" and "::/0"`},
		{"bits beyond", "10.1.2.3/16", `write "10.1.0.0/16" for the range or "10.1.2.3" for the address`},
		{"too long", "10.0.0.0/33", `"33" is no length; after the slash stands a number from 0 to 32`},
		{"too long 6", "fd00::/129", "a number from 0 to 128"},
		{"no length", "10.0.0.0/", `"" is no length`},
		{"leading zero", "10.0.0.0/08", `"08" is no length`},
		{"mask", "10.0.0.0/255.0.0.0", `"255.0.0.0" is no length`},
		{"name with path", "warehouse.internal/x", `write "warehouse.internal"`},
		{"no range", "10.0/16", `write one such as "10.1.0.0/16"`},
		{"mapped range", "::ffff:10.0.0.0/104", "plain IPv4"},
		{"IPv6 range with port, no brackets", "fd00::/8:443", `"8:443" is no length`},
		{"zone", "fe80::1%eth0", `write "fe80::1"`},
		{"port 0", "10.0.0.1:0", `"0" is no port`},
		{"port too large", "10.0.0.1:65536", "1 to 65535"},
		{"port by name", "10.0.0.1:http", `"http" is no port`},
		{"port signed", "10.0.0.1:+80", `"+80" is no port`},
		{"port empty", "warehouse.internal:", `"" is no port`},
		{"bracket open", "[fd00::1", "brackets go around"},
		{"bracket, no colon", "[fd00::1]443", "brackets go around"},
		{"bracket around IPv4", "[10.0.0.1]:80", "brackets go around"},
		{"bracket, port empty", "[fd00::1]:", `"" is no port`},
		{"star inside", "a.*.internal", "a star stands only"},
		{"star with letters", "w*.internal", "a star stands only"},
		{"star last", "warehouse.*", "a star stands only"},
		{"half an address", "10.1", "four numbers from 0 to 255"},
		{"number over 255", "10.1.2.256", "four numbers from 0 to 255"},
		{"star over numbers", "*.2.3", "four numbers from 0 to 255"},
		{"hexadecimal", "0x7f.0x1", "four numbers from 0 to 255"},
		{"letters of other scripts", "lager.köln", "xn--"},
		{"hyphen first", "-a.internal", "no range, address or host name"},
		{"empty label", "a..internal", "no range, address or host name"},
		{"long label", strings.Repeat("a", 64) + ".internal", "no range, address or host name"},
		{"dot alone", ".", "no range, address or host name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParsePolicy([]string{"10.0.0.0/8", tt.entry})
			var bad *BadEntry
			if !errors.As(err, &bad) {
				t.Fatalf("got %v, want a *BadEntry", err)
			}
			if bad.Index != 1 || bad.Entry != tt.entry || !strings.Contains(bad.Why, tt.want) {
				t.Errorf("got entry %d, %q: %s\nwant the second, and %s", bad.Index, bad.Entry, bad.Why, tt.want)
			}
		})
	}
}

func TestParsePolicyReportsEachBadEntry(t *testing.T) {
	t.Parallel()
	policy, err := ParsePolicy([]string{"*", "10.0.0.0/8", "10.1"})
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 2 ||
		!strings.HasPrefix(lines[0], `egress entry "*": `) || !strings.HasPrefix(lines[1], `egress entry "10.1": `) {
		t.Errorf("got %q", err)
	}
	if policy.judge("10.1.1.1", netip.MustParseAddrPort("10.1.1.1:80")) != nil {
		t.Error("the good entry between them is lost")
	}
}

func TestPolicyEqual(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		a, b []string
		want bool
	}{
		{"nothing", nil, []string{}, true},
		{"order", []string{"10.0.0.0/8", "a.internal", "*.internal"}, []string{"*.internal", "a.internal", "10.0.0.0/8"}, true},
		{"spelling", []string{"A.Internal.", "fd00:0::1", "10.0.0.1"}, []string{"a.internal", "[fd00::1]", "10.0.0.1/32", "10.0.0.1"}, true},
		{"port", []string{"a.internal:80"}, []string{"a.internal"}, false},
		{"length", []string{"10.0.0.0/8"}, []string{"10.0.0.0/9"}, false},
		{"star", []string{"*.internal"}, []string{"internal"}, false},
		{"more", []string{"a.internal"}, []string{"a.internal", "b.internal"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, errA := ParsePolicy(tt.a)
			b, errB := ParsePolicy(tt.b)
			if err := errors.Join(errA, errB); err != nil {
				t.Fatal(err)
			}
			if a.Equal(b) != tt.want || b.Equal(a) != tt.want {
				t.Errorf("%q and %q: want equal: %v", tt.a, tt.b, tt.want)
			}
		})
	}
}

// FuzzParsePolicy: no panic; an entry is either read, and then twice the same,
// or refused with a reason that names it; and whatever is read, metadata stays
// shut unless the address is spelled out.
func FuzzParsePolicy(f *testing.F) {
	for _, seed := range []string{
		"10.1.0.0/16", "10.1.0.0/16:80", "fd00::1", "[fd00::1]:443", "[fd00::/8]:443", "*.internal", "a.internal:1",
		"::ffff:1.2.3.4", "fe80::1%eth0", "[", "[]:", ":", "*", "/", "0.0.0.0/0", "xn--kln-sna.de", "1.2.3.4.", "::/0",
	} {
		f.Add(seed)
	}
	target := netip.MustParseAddrPort("169.254.169.254:80")
	f.Fuzz(func(t *testing.T, text string) {
		policy, err := ParsePolicy([]string{text})
		if err != nil {
			var bad *BadEntry
			if !errors.As(err, &bad) || bad.Entry != text || bad.Why == "" {
				t.Fatalf("%q: error %v names no entry or no reason", text, err)
			}
			return
		}
		again, err := ParsePolicy([]string{text, text})
		if err != nil || !policy.Equal(again) {
			t.Fatalf("%q read twice gives %v and %v (%v)", text, policy, again, err)
		}
		if policy.judge("a.internal", target) == nil && !spellsOut(text, target.Addr()) {
			t.Fatalf("%q opens %s", text, target)
		}
	})
}

// spellsOut reports whether text is addr in any spelling, up to a port and a
// full length.
func spellsOut(text string, addr netip.Addr) bool {
	text = strings.Trim(strings.TrimSuffix(text, ":80"), "[]")
	text = strings.TrimSuffix(text, "/32")
	got, err := netip.ParseAddr(text)
	return err == nil && got.Unmap() == addr
}

func TestPolicyCheckHost(t *testing.T) {
	t.Parallel()
	policy, err := ParsePolicy([]string{"10.0.0.1:8080", "::1"})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, host string
		port       uint16
		allow      string // of the refusal; "" if the host is let through
	}{
		{"allowed address", "10.0.0.1", 8080, ""},
		{"other port", "10.0.0.1", 80, "10.0.0.1:80"},
		{"metadata", "169.254.169.254", 80, "169.254.169.254:80"},
		{"public address", "93.184.215.14", 443, ""},
		{"name that is not looked up", "warehouse.internal", 443, ""},
		{"localhost, one address allowed", "localhost", 80, ""},
		{"the other address of localhost", "127.0.0.1", 80, "127.0.0.1:80"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			checkRefusal(t, policy.CheckHost(tt.host, tt.port), tt.allow)
		})
	}
	t.Run("localhost, nothing allowed", func(t *testing.T) {
		t.Parallel()
		checkRefusal(t, Policy{}.CheckHost("LocalHost.", 80), "localhost:80")
	})
}

func checkRefusal(t *testing.T, err error, allow string) {
	t.Helper()
	got := ""
	if refused := (*Refused)(nil); errors.As(err, &refused) {
		got = refused.Allow
	}
	if got != allow || (err == nil) != (allow == "") {
		t.Errorf("got %v, want the entry %q", err, allow)
	}
}
