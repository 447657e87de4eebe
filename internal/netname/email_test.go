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
		{"jane@büro.example", false},
		{"jané@example.com", false},
		{"a@[192.0.2]", false},
		{"a@[2001:db8::1]", false},
		{"a@[IPv6:192.0.2.1]", false},
		{"a@[IPv6:fe80::1%eth0]", false},
		{long + "aa@example.com", false},
		{"jane@example.com\n", false},
	} {
		if IsEmail(c.text) != c.want {
			t.Errorf("IsEmail(%q) is %t", c.text, !c.want)
		}
	}
}
