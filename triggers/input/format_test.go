package input

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestFormats(t *testing.T) {
	t.Parallel()
	label := strings.Repeat("a", 63)
	cases := map[string]struct{ matches, fails []string }{
		"email": {
			[]string{"jane@example.com", "a.b+c@x-y.de", `"joe bloggs"@example.com`, `"a\"b"@example.com`, "a@[127.0.0.1]", "a@[IPv6:::1]", "root@localhost", "jane@exämple.com", "jürgen@xn--bro-hoa.example", "用户@例子.广告", `"ä"@x.de`},
			[]string{
				"", "jane", "@example.com", "jane@", "Jane <jane@example.com>", "a..b@example.com", ".a@example.com", "a.@example.com",
				"a b@example.com", "a@b@c", "a@-b.de", "a@b..de", "a@[::1]", "a@[1.2.3]", `"a"b"@x.de`, `"a\"@x.de`, `"@x.de`, `"a\"@x.de`, "jane@exä mple.com", "ja\u200bne@example.com",
				strings.Repeat("a", 65) + "@example.com", "a@b.de\n", "a@xn--x.example", "a@xn--abc-.example", "a@i❤.example",
			},
		},
		"uri": {
			[]string{"https://example.com/a?b=1#c", "mailto:a@b.de", "urn:isbn:0451450523", "http://[::1]:80/", "ftp://u:p@h/", "a:", "tel:+49-1", "https://e.de/%C3%BC"},
			[]string{
				"", "//example.com/a", "/a", "example.com", "1a:b", "http://a b", "http://e.de/<", "http://e.de/ü", "http://e.de/%zz", "http://e.de/%2", "http://e.de/?a=%zz", "http://e.de/?a=%2",
				":a", "http://[::1/", "http://e.de/a[0]", "http://e.de/?a[]=1", "http://e.de/#a#b", `http://e.de/\a`, "http://e.de:port/",
			},
		},
		"uuid": {
			[]string{"123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000", "123E4567-E89B-12D3-A456-426614174000"},
			[]string{"", "123e4567e89b12d3a456426614174000", "{123e4567-e89b-12d3-a456-426614174000}", "123e4567-e89b-12d3-a456-42661417400g", "123e4567-e89b-12d3-a456-4266141740000", "123e4567-e89b-12d3-a4564-26614174000"},
		},
		"date": {
			[]string{"2026-01-31", "2024-02-29", "0001-01-01"},
			[]string{"", "2026-1-31", "2026-02-30", "2025-02-29", "31.01.2026", "2026-01-31T00:00:00Z", "20260131", "2026-13-01"},
		},
		"date-time": {
			[]string{
				"2026-01-31T12:00:00Z", "2026-01-31t12:00:00z", "2026-01-31T12:00:00.123456789012+01:00", "2026-01-31T23:59:59-23:59",
				"2016-12-31T23:59:60Z", "2017-01-01T00:59:60+01:00", "2016-12-31T18:59:60-05:00",
				"2026-01-31 12:00:00Z", "2026-01-31T12:00:00,5Z", "2026-01-31T12:00:00+0100", "2026-03-01T10:00:00.000+0100", "2026-01-31T12:00:00+01", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
			},
			[]string{
				"", "2026-01-31", "2026-01-31  12:00:00Z", "2026-01-31T12:00:00", "2026-W05-6T12:00:00Z", "2026-01-31T12:00:00 UTC", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:61Z",
				"2026-01-31T12:00:60Z", "2026-01-31T12:00:00.Z", "2026-01-31T12:00Z", "2026-01-31T12:00:00+1:00",
				"2026-01-31T12:00:00+010", "2026-01-31T12:00:00+24:00", "2026-01-31T12:00:00Zx", "2026-01-31T12-00-00Z", "2026-02-30T12:00:00Z", "2026-01-31T1:00:00ZZ",
			},
		},
		"ipv4": {
			[]string{"192.0.2.7", "0.0.0.0", "255.255.255.255"},
			[]string{"", "192.0.2", "192.0.2.256", "192.0.2.07", "::1", "192.0.2.7/24", " 192.0.2.7"},
		},
		"ipv6": {
			[]string{"::", "2001:db8::1", "::ffff:192.0.2.7", "FE80::1"},
			[]string{"", "192.0.2.7", "2001:db8::1::2", "fe80::1%eth0", "[::1]", "::1/64", "12345::"},
		},
		"hostname": {
			[]string{"example.com", "localhost", "a-b.c", "1.2.3", "xn--mller-kva.de", "XN--MLLER-KVA.de", label + ".de"},
			[]string{"", ".", "a.", ".a", "a..b", "-a.de", "a-.de", "a_b.de", "müller.de", "xn--x.de", "xn--mller.xn--", "xn--i-7iq.ws", label + "a.de", strings.Repeat("a.", 127) + "de", "a b"},
		},
		"idn-hostname": {
			[]string{"example.com", "müller.de", "MÜLLER.de", "mu\u0308ller.de", "xn--mller-kva.de", "例え。テスト"},
			[]string{"", "a..b", "mül ler.de", "xn--x.de", "i❤.ws", "a_b.de", "l·a.de", label + "ä.de"},
		},
	}
	for _, name := range formatNames() {
		c, ok := cases[name]
		if !ok {
			t.Errorf("no cases for %s", name)
			continue
		}
		f := findFormat(name)
		for _, s := range c.matches {
			if !f.matches(s) {
				t.Errorf("%q is %s", s, f.description)
			}
		}
		for _, s := range c.fails {
			if f.matches(s) {
				t.Errorf("%q is not %s", s, f.description)
			}
		}
	}
	want := []string{"email", "uri", "uuid", "date", "date-time", "ipv4", "ipv6", "hostname", "idn-hostname"}
	if !slices.Equal(formatNames(), want) {
		t.Errorf("formats %q, want %q", formatNames(), want)
	}
}

// FuzzFormats checks that no text makes a format panic, and that accepted text is
// ASCII without white space, except for quoted mail addresses and the space between
// a date and a time. Mail addresses and host names may have letters of any script.
func FuzzFormats(f *testing.F) {
	for _, seed := range []string{"a@b.de", "https://e.de", "2016-12-31T23:59:60Z", "::1", `" "@x`, "2026-01-31T12:00:00.", "%", "ԣ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, format := range formats() {
			if !format.matches(s) || format.name == "email" && strings.Contains(s, `"`) || format.name == "date-time" && strings.Contains(s, " ") {
				continue
			}
			anyScript := format.name == "email" || format.name == "idn-hostname"
			if strings.ContainsFunc(s, func(r rune) bool {
				return unicode.IsSpace(r) || unicode.IsControl(r) || r > unicode.MaxASCII && !anyScript
			}) {
				t.Errorf("%q is taken for %s", s, format.description)
			}
		}
	})
}
