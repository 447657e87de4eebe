package actions

import (
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/value"
	"github.com/webhook-gateway/gateway/outbound"
)

func TestHTTPDecodesByType(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", answerDepth+1) + strings.Repeat("]", answerDepth+1)
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
			a := newHTTPAnswer(&outbound.Response{Status: 200, Header: header, Body: sent})
			out := a.Map()
			if want := decode(t, c.body); !value.Equal(out["body"], want) || out["text"] != c.text {
				t.Errorf("body %#v and text %q, want %s and %q", out["body"], out["text"], c.body, c.text)
			}
			checkValue(t, "outputs", a)
			if string(sent) != c.sent {
				t.Errorf("decoding changed the body to %q", sent)
			}
		})
	}
}

// TestHTTPAnswerInExpressions reads an answer in each of the ways that flows
// have.
func TestHTTPAnswerInExpressions(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Add("X-Many", "a")
		w.Header().Add("X-Many", "b, c")
		w.Header().Add("Set-Cookie", "a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT")
		w.Header().Add("Set-Cookie", "b=2")
		_, _ = w.Write([]byte(`{"items": [{"sku": "A"}, {"sku": "B"}], "none": null}`))
	})
	f := newBench(t).must(action("http", "url = \""+server.URL+"/\"") + `
		action "transform" "hcl" {
			jq = "."
			input = {
				path    = action.example.headers["x-many"]
				member  = action.example.headers.X-Many
				general = upper(action.example.headers["x-MANY"])
				cookies = split("\n", action.example.headers["set-cookie"])
				skus    = action.example.body.items[*].sku
				missing = try(action.example.headers["x-none"], "none")
				names   = [for name, v in action.example.headers : name if startswith(name, "X-")]
				whole   = keys(action.example)
			}
		}
		action "transform" "jq" {
			jq    = "[$action.example.status, $action.example.headers[\"X-Many\"], $action.example.body.items[1].sku, ($action | keys), (.text | length)]"
			input = action.example
		}`)
	res := newBench(t).run(t.Context(), f, "{}")
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	read := func(action string) any { return res.outputs[action].(map[string]any)["value"] }
	want := `{"path": "a, b, c", "member": "a, b, c", "general": "A, B, C", "cookies": ["a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT", "b=2"],
		"skus": ["A", "B"], "missing": "none", "names": ["X-Many"], "whole": ["body", "headers", "status", "text"]}`
	if got := read("hcl"); !value.Equal(got, decode(t, want)) {
		t.Errorf("expressions read %s", encode(t, got))
	}
	if got := read("jq"); !value.Equal(got, decode(t, `[200, "a, b, c", "B", ["example", "hcl"], 53]`)) {
		t.Errorf("jq reads %s", encode(t, got))
	}
}

// TestHTTPBodyThatIsNot: the wrong body is an error where somebody reads into
// it, and none before.
func TestHTTPBodyThatIsNot(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("<html>"))
	})
	f := newBench(t).must(action("http", "url = \""+server.URL+"/\"") + `action "log" "read" { message = "x ${action.example.body.id}" }`)
	res := newBench(t).run(t.Context(), f, "{}")
	if res.Err == nil || res.Err.Action != "read" || res.Err.Class != flow.Invalid {
		t.Errorf("error %v, want one of the action that reads the body", res.Err)
	}
}

func TestParseStatuses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text    string
		in, out []int
	}{
		{"200-299", []int{200, 250, 299}, []int{199, 300, 404}},
		{"200-299,404", []int{200, 404}, []int{403, 405}},
		{" 200 - 201 , 599 ", []int{200, 201, 599}, []int{202, 598}},
		{"204", []int{204}, []int{200, 205}},
	}
	for _, c := range cases {
		set, err := parseStatuses(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		}
		for _, n := range c.in {
			if !set.has(n) {
				t.Errorf("%q lacks %d", c.text, n)
			}
		}
		for _, n := range c.out {
			if set.has(n) {
				t.Errorf("%q has %d", c.text, n)
			}
		}
	}
	for _, bad := range []string{"", ",", "200,", "2xx", "200-", "-299", "299-200", "199", "600", "200-299-300", "200..299", "0x200", "+200"} {
		if set, err := parseStatuses(bad); err == nil {
			t.Errorf("%q is read as %v", bad, set)
		}
	}
}
