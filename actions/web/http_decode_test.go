package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/outbound"
)

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
			a := newHTTPOutput(&outbound.Response{Status: 200, Header: header, Body: sent})
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
