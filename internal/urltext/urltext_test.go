package urltext_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/urltext"
)

const hostile = "../../admin?delete=1#"

// TestJoin: v stands for urltext.Value, e for urltext.Encoded.
func TestJoin(t *testing.T) {
	t.Parallel()
	v, e := urltext.Value, urltext.Encoded
	cases := []struct {
		name, text, want string
		err              error
	}{
		{"literal", "https://h/a", "https://h/a", nil},
		{"nothing", "", "", nil},
		{"one value", v("https://h/ä b?c#d"), "https://h/ä b?c#d", nil},
		{"segment", "https://h/u/" + v("a b/c+ä@é%") + "/x", "https://h/u/a%20b%2Fc%2B%C3%A4%40%C3%A9%25/x", nil},
		{"path that is chosen", "https://h/u/" + v(hostile) + "/x", "https://h/u/..%2F..%2Fadmin%3Fdelete%3D1%23/x", nil},
		{"query", "https://h/?q=" + v("a&b=c #") + "&r=" + v(""), "https://h/?q=a%26b%3Dc%20%23&r=", nil},
		{"dots in the query", "https://h/?q=" + v(".."), "https://h/?q=..", nil},
		{"below a connection", "/u/" + v(hostile), "/u/..%2F..%2Fadmin%3Fdelete%3D1%23", nil},
		{"begins with a value", v("https://h/a?b=c#frag") + "&d=" + v("e/f"), "https://h/a?b=c&d=e%2Ff", nil},
		{"begins with a host", v("https://h") + "/u/" + v("1"), "https://h/u/1", nil},
		{"no absolute URL", v("orders") + "/1", "", urltext.ErrNotAbsolute},
		{"no host", v("https:///a") + "/1", "", urltext.ErrNotAbsolute},
		{"another scheme", v("ftp://h/") + "/1", "", urltext.ErrNotAbsolute},
		{"script", v("javascript:alert(1)") + "/1", "", urltext.ErrNotAbsolute},
		{"empty beginning", v("") + "/1", "", urltext.ErrNotAbsolute},
		{"host", "https://" + v("evil.example.com") + "/", "", urltext.ErrHost},
		{"part of the host", "https://api." + v("x") + ".example.com/", "", urltext.ErrHost},
		{"end of the host", "https://api.example.com" + v(".evil.example.com"), "", urltext.ErrHost},
		{"end of a host that came", v("https://api.example.com") + v(".evil.example.com") + "/", "", urltext.ErrHost},
		{"port", "https://h:" + v("22") + "/", "", urltext.ErrHost},
		{"user", "https://" + v("u") + "@h/", "", urltext.ErrHost},
		{"scheme", "http" + v("s") + "://h/", "", urltext.ErrHost},
		{"empty", "https://h/u/" + v(""), "", urltext.ErrSegment},
		{"empty in the middle", "https://h/" + v("") + "/u", "", urltext.ErrSegment},
		{"two empty ones", "https://h/" + v("") + v("") + "/u", "", urltext.ErrSegment},
		{"empty before a query", "https://h/u/" + v("") + "?a", "", urltext.ErrSegment},
		{"empty with a parameter", "https://h/u/" + v("") + ";a", "", urltext.ErrSegment},
		{"empty beside text", "https://h/u" + v(""), "https://h/u", nil},
		{"dot", "https://h/" + v(".") + "/u", "", urltext.ErrSegment},
		{"two dots", "https://h/" + v("..") + "/u", "", urltext.ErrSegment},
		{"two dots by two values", "https://h/" + v(".") + v(".") + "/u", "", urltext.ErrSegment},
		{"two dots with a literal", "https://h/." + v(".") + "/u", "", urltext.ErrSegment},
		{"encoded literal dot", "https://h/%2e" + v(".") + "/u", "", urltext.ErrSegment},
		{"dots with a parameter", "https://h/" + v("..") + ";v=1/u", "", urltext.ErrSegment},
		{"three dots", "https://h/" + v("...") + "/u", "https://h/.../u", nil},
		{"the file's own empty segment", "https://h//a/" + v("1"), "https://h//a/1", nil},
		{"a URL within the path", "https://h/https://x/" + v("1"), "https://h/https://x/1", nil},
		{"encoded already", "https://h/?q=" + e("a+b"), "https://h/?q=a+b", nil},
		{"path", "https://h/repos/" + e(urltext.EncodePath("acme/lamp & bulb")) + "/issues", "https://h/repos/acme/lamp%20%26%20bulb/issues", nil},
		{"path that leads up", "https://h/repos/" + e(urltext.EncodePath("acme/../admin")), "", urltext.ErrSegment},
		{"path with an empty segment", "https://h/repos/" + e(urltext.EncodePath("/acme")), "", urltext.ErrSegment},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := urltext.Join(c.text)
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("%q, %v; want %q, %v", got, err, c.want, c.err)
			}
		})
	}
}

// FuzzJoin tests that a value changes nothing but its own segment or its own
// parameter, for any text.
func FuzzJoin(f *testing.F) {
	for _, text := range []string{"", "a", hostile, "..", "%2e%2e", "\x01\x02", "\xff", "ä", "a;b", "//", "https://x/"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out, err := urltext.Join("https://h/a/" + urltext.Value(text) + "/b?q=" + urltext.Value(text) + "&r=1")
		if text == "" || text == "." || text == ".." {
			if err == nil {
				t.Fatalf("%q gives %q", text, out)
			}
			return
		}
		u, parseErr := url.Parse(out)
		if err != nil || parseErr != nil {
			t.Fatalf("%q: %v, %v", text, err, parseErr)
		}
		segments := strings.Split(u.EscapedPath(), "/")
		if u.Host != "h" || len(segments) != 4 || segments[1] != "a" || segments[3] != "b" || u.Fragment != "" {
			t.Fatalf("%q gives %q", text, out)
		}
		if got, _ := url.PathUnescape(segments[2]); got != text {
			t.Fatalf("the segment arrives as %q, want %q", got, text)
		}
		if q := u.Query(); q.Get("q") != text || q.Get("r") != "1" {
			t.Fatalf("%q gives the query %q", text, u.RawQuery)
		}
	})
}

func TestBeforeValue(t *testing.T) {
	t.Parallel()
	x := urltext.Value("x")
	for text, want := range map[string]string{
		"https://h/a/b?c=d":            "https://h/a/b?c=d",
		"https://h/a/b" + x + "/c":     "https://h/a/",
		"https://h/a?b=/c&d=" + x:      "https://h/a",
		"https://h/#" + x:              "https://h/",
		"https://" + x + ".h/a":        "https://",
		"https://h/a/" + x + "?b=" + x: "https://h/a/",
	} {
		if got := urltext.BeforeValue(text); got != want {
			t.Errorf("%q begins with %q, want %q", text, got, want)
		}
	}
}
