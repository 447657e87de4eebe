package web

import (
	"net/url"
	"path"
	"strings"
	"testing"
)

// FuzzConnectionLocate: each URL of a run stays on the connection's server and
// below its base path.
func FuzzConnectionLocate(f *testing.F) {
	for _, text := range []string{
		"", "/", "a", "/a/b?c=d#e", "?a", "//evil.example.com/", "https://api.example.com/x", "https://evil.example.com/", "../x", "%2e%2e/x",
		"a%2f..%2fb", `\..\x`, "a:b", "ü b", "/%C3%BC%2F ü", "https://api.example.com@evil.example.com/", "HTTPS://API.EXAMPLE.COM:0443/", "/a;b=c/,d", "/..;/x", "/\u2025/", "[::1]/",
	} {
		f.Add(text)
	}
	base, err := ParseBaseURL("https://api.example.com/v2/x%2Fy")
	if err != nil {
		f.Fatal(err)
	}
	n := &Connection{Base: base, Bearer: &Bearer{Token: "x"}}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := n.resolveURL(text)
		if err != nil {
			return
		}
		sent, err := url.Parse(u.String())
		if err != nil || !n.isServerOf(sent) || sent.User != nil || sent.EscapedPath() != u.EscapedPath() || sent.RawQuery != u.RawQuery {
			t.Fatalf("%q becomes %q, which is read as %v, %v", text, u, sent, err)
		}
		if strings.ContainsAny(u.String(), " \r\n\t") {
			t.Fatalf("%q becomes %q, with white space", text, u)
		}
		if scheme, _, absolute := strings.Cut(text, "://"); absolute && strings.EqualFold(scheme, "https") {
			return
		}
		if !strings.HasPrefix(u.EscapedPath(), base.EscapedPath()) || !strings.HasPrefix(path.Clean(sent.Path)+"/", "/v2/x/y/") {
			t.Fatalf("%q becomes %q, which is not below the base", text, u)
		}
		if base.String() != "https://api.example.com/v2/x%2Fy" {
			t.Fatalf("the base became %s", base)
		}
	})
}
