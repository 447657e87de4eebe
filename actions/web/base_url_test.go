package web

import (
	"net/url"
	"strings"
	"testing"
)

func TestConnectionLocates(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, base, text, want string }{ // want "": refused
		{"path", "https://api.example.com", "/orders/7", "https://api.example.com/orders/7"},
		{"path without a slash", "https://api.example.com", "orders", "https://api.example.com/orders"},
		{"below a path", "https://api.example.com/v2", "/orders", "https://api.example.com/v2/orders"},
		{"below a path with a slash", "https://api.example.com/v2/", "orders/", "https://api.example.com/v2/orders/"},
		{"nothing", "https://api.example.com/v2", "", "https://api.example.com/v2"},
		{"nothing, kept as written", "https://api.example.com/v2/", "", "https://api.example.com/v2/"},
		{"query alone", "https://api.example.com/v2", "?a=1", "https://api.example.com/v2?a=1"},
		{"path and query", "https://api.example.com", "/a?b=c/../d", "https://api.example.com/a?b=c/../d"},
		{"slash", "https://api.example.com/v2", "/", "https://api.example.com/v2/"},
		{"two slashes are a path", "https://api.example.com", "//evil.example.com/x", "https://api.example.com/evil.example.com/x"},
		{"colon", "https://api.example.com", "a:b/c", "https://api.example.com/a:b/c"},
		{"URL within a path", "https://api.example.com", "/fetch/https://x.example.com/", "https://api.example.com/fetch/https://x.example.com/"},
		{"encoded slash stays", "https://api.example.com/a%2Fb", "c%2Fd ü", "https://api.example.com/a%2Fb/c%2Fd%20%C3%BC"},
		{"dots in names", "https://api.example.com", "/a..b/.../c.", "https://api.example.com/a..b/.../c."},
		{"fragment", "https://api.example.com", "/a#b", "https://api.example.com/a"},
		{"absolute, same server", "https://api.example.com/v2", "https://api.example.com/next?p=2", "https://api.example.com/next?p=2"},
		{"absolute, port and case", "https://api.example.com/v2", "HTTPS://API.example.com:443/x", "https://API.example.com:443/x"},
		{"up", "https://api.example.com/v2", "../admin", ""},
		{"up in the middle", "https://api.example.com/v2", "/orders/../../admin", ""},
		{"up, encoded", "https://api.example.com/v2", "/orders/%2e%2E/admin", ""},
		{"up, slash encoded", "https://api.example.com/v2", "/orders/x%2f..%2fadmin", ""},
		{"up, backslash", "https://api.example.com/v2", `/orders\..\admin`, ""},
		{"up, with a parameter", "https://api.example.com/v2", "/orders/..;a=b/admin", ""},
		{"here", "https://api.example.com/v2", "./orders", ""},
		{"unreadable", "https://api.example.com/v2", "/100%", ""},
		{"control character", "https://api.example.com/v2", "/a\nb", ""},
		{"another host", "https://api.example.com", "https://evil.example.com/", ""},
		{"another port", "https://api.example.com", "https://api.example.com:8443/", ""},
		{"another scheme", "https://api.example.com", "http://api.example.com/", ""},
		{"host as a user", "https://api.example.com", "https://api.example.com@evil.example.com/", ""},
		{"longer host", "https://api.example.com", "https://api.example.com.evil.example.com/", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			base, err := ParseBaseURL(c.base)
			if err != nil {
				t.Fatal(err)
			}
			n := &Connection{Base: base, Bearer: &Bearer{Token: "x"}}
			got, err := n.resolveURL(c.text)
			if err != nil {
				if c.want != "" || c.text != "" && strings.Contains(err.Error(), c.text) {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if got.String() != c.want || !n.isServerOf(got) {
				t.Errorf("%s, want %q", got, c.want)
			}
			again, err := url.Parse(got.String())
			if err != nil || again.String() != got.String() {
				t.Errorf("%s is read again as %v, %v", got, again, err)
			}
		})
	}
}
