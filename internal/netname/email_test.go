package netname

import (
	"strings"
	"testing"
)

func TestIsEmail(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 63)
	for _, c := range []struct {
		text string
		want bool
	}{
		{"jane@example.com", true},
		{"Jane.Doe+list@example.com", true},
		{"o'neill@example.com", true},
		{"a/b=c@example.com", true},
		{`"jane doe"@example.com`, true},
		{`"a\"b"@example.com`, true},
		{"a@localhost", true},
		{"a@[192.0.2.1]", true},
		{"a@[IPv6:2001:db8::1]", true},
		{long + "@" + long + "." + long + "." + long[:62], true},
		{long + "@" + long + "." + long + "." + long, false},
		{"", false},
		{"@example.com", false},
		{"jane", false},
		{"jane@", false},
		{"jane@@example.com", false},
		{"jane doe@example.com", false},
		{".jane@example.com", false},
		{"jane..doe@example.com", false},
		{`"jane@example.com`, false},
		{`"a"b"@example.com`, false},
		{`"a\"@example.com`, false},
		{"jane@-example.com", false},
		{"jane@exa_mple.com", false},
		{"jane@example..com", false},
		{"Jane <jane@example.com>", false},
		{"jane@büro.example", true},
		{"jané@example.com", true},
		{"用户@例子.广告", true},
		{"अजय@डाटा.भारत", true},
		{"квіточка@пошта.укр", true},
		{"χρήστης@παράδειγμα.ελ", true},
		{"जोशी.क्\u200dष@example.com", true},
		{"👍🏽@example.com", true},
		{`"jané doe"@example.com`, true},
		{"jane@例え。テスト", true},
		{"jane@xn--bro-hoa.example", true},
		{"jane@r3---sn-4g5.example.com", true},
		{"ja\u00a0ne@example.com", false},
		{"ja\u3000ne@example.com", false},
		{"ja\u200bne@example.com", false},
		{"ja\u202ene@example.com", false},
		{"ja\u0085ne@example.com", false},
		{"ja\ufffdne@example.com", false},
		{"ja\xffne@example.com", false},
		{"用户..a@example.com", false},
		{"jane@bü ro.example", false},
		{"jane@büro..example", false},
		{"jane@\u0301a.example", false},
		{"jane@[büro]", false},
		{"jane＠example.com", false},
		{strings.Repeat("ü", 33) + "@example.com", false},
		{"jane@" + strings.Repeat("ü", 10<<20), false},
		{"a@[192.0.2]", false},
		{"a@[2001:db8::1]", false},
		{"a@[IPv6:192.0.2.1]", false},
		{"a@[IPv6:fe80::1%eth0]", false},
		{long + "aa@example.com", false},
		{"jane@example.com\n", false},
	} {
		if IsEmail(c.text) != c.want {
			t.Errorf("IsEmail(%.100q) is %t", c.text, !c.want)
		}
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, wire, key string }{
		"ASCII":                      {"Jane@Example.com", "Jane@Example.com", "jane@example.com"},
		"A-label":                    {"jane@XN--BRO-HOA.example", "jane@XN--BRO-HOA.example", "jane@xn--bro-hoa.example"},
		"domain of letters":          {"jane@büro.example", "jane@xn--bro-hoa.example", "jane@xn--bro-hoa.example"},
		"domain in upper case":       {"jane@BÜRO.example", "jane@xn--bro-hoa.example", "jane@xn--bro-hoa.example"},
		"decomposed domain":          {"jane@bu\u0308ro.example", "jane@xn--bro-hoa.example", "jane@xn--bro-hoa.example"},
		"sharp s":                    {"jane@straße.example", "jane@xn--strae-oqa.example", "jane@xn--strae-oqa.example"},
		"wide letters and dots":      {"jane@ｂüro。example", "jane@xn--bro-hoa.example", "jane@xn--bro-hoa.example"},
		"A-label that encodes none":  {"jane@xn--x.example", "jane@xn--x.example", "jane@xn--x.example"},
		"local part":                 {"JÜRGEN@example.com", "JÜRGEN@example.com", "jürgen@example.com"},
		"decomposed local part":      {"ju\u0308rgen@example.com", "jürgen@example.com", "jürgen@example.com"},
		"lower case that composes":   {"J\u030c@example.com", "J\u030c@example.com", "ǰ@example.com"},
		"sigma at the end":           {"ΝΊΚΟΣ@example.com", "ΝΊΚΟΣ@example.com", "νίκοσ@example.com"},
		"small sigma at the end":     {"νίκος@example.com", "νίκος@example.com", "νίκοσ@example.com"},
		"capital I with a dot":       {"İ@example.com", "İ@example.com", "İ@example.com"},
		"small i without a dot":      {"ı@example.com", "ı@example.com", "ı@example.com"},
		"address of a machine":       {"a@[IPv6:2001:DB8::1]", "a@[IPv6:2001:DB8::1]", "a@[ipv6:2001:db8::1]"},
		"script without upper cases": {"用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v", "用户@xn--fsqu00a.xn--4rr70v"},
	} {
		e, ok := ParseEmail(c.text)
		if !ok || e.String() != c.wire || e.Key() != c.key {
			t.Errorf("%s: %+q is %+q with key %+q (%t), want %+q with key %+q", name, c.text, e.String(), e.Key(), ok, c.wire, c.key)
		}
	}
}

// FuzzEmail checks that the parts of an address and its key are addresses again,
// and that an address in ASCII has the key that it always had.
func FuzzEmail(f *testing.F) {
	for _, text := range []string{"Jane@Example.com", "用户@例子.广告", "J\u030c@bu\u0308ro.example", `"é \"x"@xn--x.example`, "İ@faß.de", "a@[IPv6:::1]", "ﬀ@ﬀ.example", "ΐ@a.b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, ok := ParseEmail(text)
		if !ok {
			return
		}
		for _, form := range []string{e.String(), e.Key(), e.Local + "@" + ToUnicode(e.Domain)} {
			if again, ok := ParseEmail(form); ok && again.Key() != e.Key() {
				t.Errorf("%+q has the key %+q, and its form %+q has %+q", text, e.Key(), form, again.Key())
			}
		}
		if _, ok := ParseEmail(e.String()); !ok {
			t.Errorf("%+q of %+q is no address", e.String(), text)
		}
		if isASCII(text) && e.Key() != strings.ToLower(text) {
			t.Errorf("%q has the key %q", text, e.Key())
		}
		if !isASCII(e.Domain) {
			t.Errorf("%q has the domain %q", text, e.Domain)
		}
	})
}

func TestHasHostname(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"jane@example.com":                true,
		"jane@büro.example":               true,
		"jane@xn--bro-hoa.example":        true,
		"jane@XN--BRO-HOA.example":        true,
		"jane@[192.0.2.1]":                true,
		"jane@[IPv6:2001:db8::1]":         true,
		"jane@xn--x.example":              false,
		"jane@xn--bro-tka.example":        false,
		"jane@\u0628\u0640\u0628.example": false,
	} {
		e, ok := ParseEmail(text)
		if !ok || e.HasHostname() != want {
			t.Errorf("ParseEmail(%q) is %v, %t, and has a host name: %t", text, e, ok, e.HasHostname())
		}
	}
}
