package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/outbound"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	cases := []struct {
		name, after, date string
		want              time.Duration
	}{
		{"none", "", "", 0},
		{"seconds", "120", "", 2 * time.Minute},
		{"seconds with spaces", " 1 ", "", time.Second},
		{"now", "0", "", 0},
		{"a date", "Fri, 02 Jan 2026 03:05:05 GMT", "", time.Minute},
		{"a date by the server's own clock", "Fri, 02 Jan 2026 03:05:05 GMT", "Fri, 02 Jan 2026 03:05:00 GMT", 5 * time.Second},
		{"a date that is over", "Fri, 02 Jan 2026 03:00:00 GMT", "", 0},
		{"negative", "-5", "", 0},
		{"fraction", "1.5", "", 0},
		{"words", "soon", "", 0},
		{"more than anybody waits", "2000000000", "", maxRetryAfter},
		{"beyond numbers", "99999999999999999999", "", 0},
		{"far away", "Fri, 02 Jan 9999 03:00:00 GMT", "", maxRetryAfter},
	}
	for _, c := range cases {
		header := http.Header{"Retry-After": {c.after}, "Date": {c.date}}
		if got := RetryAfter(header, now); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestPlainReasonsAreComplete: there are words for every reason that an error
// can have.
func TestPlainReasonsAreComplete(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{
		outbound.ReasonTimeout, outbound.ReasonConnect, outbound.ReasonRefused, outbound.ReasonTLS, outbound.ReasonRedirect,
		outbound.ReasonTooLarge, outbound.ReasonProtocol, outbound.ReasonInvalid,
	} {
		if strings.HasPrefix(describeReason(reason), ";") {
			t.Errorf("no words for %q", reason)
		}
	}
}

func TestParametersKeepWhatTheyAreGiven(t *testing.T) {
	t.Parallel()
	given := map[string]any{"a": []any{"x", nil, true}, "b": 1}
	before := valuetest.Clone(given)
	got, err := formValues(given)
	if err != nil || got.Encode() != "a=x&a=true&b=1" || !value.Equal(before, given) {
		t.Errorf("%v, %v from %v", got, err, given)
	}
}

func TestCheckMethod(t *testing.T) {
	t.Parallel()
	for _, good := range []string{http.MethodGet, "PROPFIND", "M-SEARCH"} {
		if err := checkMethod(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "get", "Post", "GET ", "CONNECT", "GÖT", "A\r\nB"} {
		if checkMethod(bad) == nil {
			t.Errorf("%q is taken for a method", bad)
		}
	}
}

func TestHTTPDecodesByType(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", maxResponseDepth+1) + strings.Repeat("]", maxResponseDepth+1)
	cases := []struct{ name, kind, sent, body, text string }{
		{"JSON", "application/json", ` {"a": 1.50} `, `{"a": 1.50}`, ` {"a": 1.50} `},
		{"JSON with a charset", "Application/JSON; charset=UTF-8", `[9007199254740993]`, `[9007199254740993]`, `[9007199254740993]`},
		{"problem", "application/problem+json", `{"title": "x"}`, `{"title": "x"}`, `{"title": "x"}`},
		{"bad parameter", "application/json; charset", `1`, `1`, `1`},
		{"no JSON after all", "application/json", `ok`, `null`, `ok`},
		{"JSON with a duplicate name", "application/json", `{"a":1,"a":2}`, `null`, `{"a":1,"a":2}`},
		{"JSON too deep", "application/json", deep, `null`, deep},
		{"no JSON at all", "application/json", ``, `null`, ``},
		{"form", "application/x-www-form-urlencoded", `a=1&b[]=x&b[]=y`, `{"a": "1", "b": ["x", "y"]}`, `a=1&b[]=x&b[]=y`},
		{"empty form", "application/x-www-form-urlencoded", ``, `null`, ``},
		{"XML", "text/xml", `<o id="7"><s>A</s></o>`, `{"o": {"@id": "7", "s": "A"}}`, `<o id="7"><s>A</s></o>`},
		{"broken XML", "application/atom+xml", `<o>`, `null`, `<o>`},
		{"XML with entities", "application/xml", `<!DOCTYPE o [<!ENTITY a "b">]><o>&a;</o>`, `null`, `<!DOCTYPE o [<!ENTITY a "b">]><o>&a;</o>`},
		{"text", "text/plain; charset=utf-8", "ü 😀", `"ü 😀"`, "ü 😀"},
		{"empty text", "text/plain", "", `""`, ""},
		{"HTML", "text/html", "<p>", `"<p>"`, "<p>"},
		{"latin1", "text/plain; charset=ISO-8859-1", "\xfc", `"ü"`, "ü"},
		{"not UTF-8", "text/plain", "a\xffb", `"a` + "\ufffd" + `b"`, "a\ufffdb"},
		{"JSON with a byte order mark", "application/json", "\xef\xbb\xbf{\"a\":1}", `{"a":1}`, `{"a":1}`},
		{"JSON in UTF-16", "application/json; charset=utf-16", "\xff\xfe{\x00\"\x00\xfc\x00\"\x00:\x001\x00}\x00", `{"ü":1}`, `{"ü":1}`},
		{"JSON in UTF-16 without a mark", "application/json; charset=utf-16be", "\x00[\x00\"\x00\xfc\x00\"\x00]", `["ü"]`, `["ü"]`},
		{"JSON in Latin-1", "application/json; charset=ISO-8859-1", "[\"\xfc\"]", `["ü"]`, `["ü"]`},
		{"XML in Latin-1", "text/xml", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><o>\xfc</o>", `{"o": "ü"}`, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><o>\ufffd</o>"},
		{"XML in UTF-16", "application/xml", "\xff\xfe<\x00o\x00>\x00\xfc\x00<\x00/\x00o\x00>\x00", `{"o": "ü"}`, "<o>ü</o>"},
		{"text with a byte order mark", "text/plain", "\xef\xbb\xbfa", `"a"`, "a"},
		{"text in UTF-16", "text/plain; charset=utf-8", "\xfe\xff\x00a", `"a"`, "a"},
		{"no type", "", "x", `"x"`, "x"},
		{"nothing", "", "", `null`, ""},
		{"YAML", "application/yaml", "a: 1", `"a: 1"`, "a: 1"},
		{"bytes", "image/png", "\x89PNG", `"iVBORw=="`, "\ufffdPNG"},
		{"unknown", "application/vnd.example", "abc", `"YWJj"`, "abc"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			if c.kind != "" {
				header.Set("Content-Type", c.kind)
			}
			sent := []byte(c.sent)
			a := newHTTPOutput(&outbound.Response{Status: 200, Header: header, Body: sent}, parseContentType(header))
			out := a.Map()
			if want := valuetest.DecodeJSON(t, c.body); !value.Equal(out["body"], want) || out["text"] != c.text {
				t.Errorf("body %#v and text %q, want %s and %q", out["body"], out["text"], c.body, c.text)
			}
			valuetest.Check(t, "outputs", a)
			if string(sent) != c.sent {
				t.Errorf("decoding changed the body to %q", sent)
			}
		})
	}
}
