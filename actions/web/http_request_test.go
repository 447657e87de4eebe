package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

func TestHTTPSends(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, hcl, input  string
		method, uri, body string
		header            map[string]string // those that matter; "" for one that must not be there
	}{
		{
			name: "nothing but a URL", hcl: `url = "HOST/a/b"`, method: "GET", uri: "/a/b",
			header: map[string]string{"Content-Type": "", "Idempotency-Key": "01run/example", "User-Agent": "gateway/1.2.3"},
		},
		{
			name: "json", hcl: "url = \"HOST/\"\njson = { z = webhook.body.n, a = [true, null, \"ü\"] }", input: `{"n": 12345678901234567890.10}`,
			method: "POST", uri: "/", body: `{"a":[true,null,"ü"],"z":12345678901234567890.10}`,
			header: map[string]string{"Content-Type": "application/json"},
		},
		{
			name: "json null of the run", hcl: "url = \"HOST/\"\njson = webhook.body.x", input: `{"x": null}`,
			method: "POST", uri: "/", body: `null`,
		},
		{
			name: "json null in the file", hcl: "url = \"HOST/\"\njson = null", method: "GET", uri: "/",
			header: map[string]string{"Content-Type": ""},
		},
		{
			name: "form", hcl: "url = \"HOST/\"\nform = { b = [1, null, true], a = webhook.body.a, c = null }", input: `{"a": "x &=+ü"}`,
			method: "POST", uri: "/", body: "a=x+%26%3D%2B%C3%BC&b=1&b=true",
			header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
		},
		{
			name: "text", hcl: "url = \"HOST/\"\ntext = \"line\\n${webhook.body.a} ü\"", input: `{"a": 1}`,
			method: "POST", uri: "/", body: "line\n1 ü", header: map[string]string{"Content-Type": "text/plain; charset=utf-8"},
		},
		{
			name: "body as it came", hcl: "url = \"HOST/\"\nbody = webhook.raw\ncontent_type = \"application/json\"", input: `{ "a" :1 }`,
			method: "POST", uri: "/", body: `{ "a" :1 }`, header: map[string]string{"Content-Type": "application/json"},
		},
		{
			name: "body of bytes", hcl: "url = \"HOST/\"\nbody_base64 = webhook.body.file", input: `{"file": "AP/+"}`,
			method: "POST", uri: "/", body: "\x00\xff\xfe", header: map[string]string{"Content-Type": "application/octet-stream"},
		},
		{
			name: "another type for JSON", hcl: "url = \"HOST/\"\njson = {}\ncontent_type = \"application/merge-patch+json\"\nmethod = \"PATCH\"",
			method: "PATCH", uri: "/", body: `{}`, header: map[string]string{"Content-Type": "application/merge-patch+json"},
		},
		{
			name: "method of the run", hcl: "url = \"HOST/\"\nmethod = webhook.body.m", input: `{"m": "DELETE"}`, method: "DELETE", uri: "/",
		},
		{
			name: "a body and another method", hcl: "url = \"HOST/\"\nmethod = \"GET\"\ntext = \"x\"", method: "GET", uri: "/", body: "x",
		},
		{
			name: "headers", hcl: "url = \"HOST/\"\nheaders = {\n x-a = webhook.body.n\n X-Null = webhook.body.none\n Content-Type = \"text/csv\"\n idempotency-key = \"mine\"\n User-Agent = \"shop\"\n}\ntext = \"a,b\"",
			input: `{"n": 1.5, "none": null}`, method: "POST", uri: "/", body: "a,b",
			header: map[string]string{"X-A": "1.5", "X-Null": "", "Content-Type": "text/csv", "Idempotency-Key": "mine", "User-Agent": "shop"},
		},
		{
			name: "query", hcl: "url = \"HOST/p\"\nquery = { q = webhook.body.q, list = webhook.body.list, none = null, yes = true, n = 1.50 }",
			input: `{"q": "a&b=c+d ü 😀\n#?/", "list": ["x", 2, null, false]}`, method: "GET",
			uri: "/p?list=x&list=2&list=false&n=1.5&q=a%26b%3Dc%2Bd%20%C3%BC%20%F0%9F%98%80%0A%23%3F%2F&yes=true",
		},
		{
			name: "the URL's own query stays as it is", hcl: "url = \"HOST/p?b=%7E+1&a\"\nquery = { \"c d\" = \"\" }", method: "GET",
			uri: "/p?b=%7E+1&a&c%20d=",
		},
		{name: "nothing to add", hcl: "url = \"HOST/p?\"\nquery = { a = [], b = null }", method: "GET", uri: "/p?"},
		{name: "a fragment is not sent", hcl: "url = \"HOST/p?a=1#frag\"\nquery = { b = 2 }", method: "GET", uri: "/p?a=1&b=2"},
		{name: "unusual characters", hcl: "url = \"HOST/ü b/%2F?q=ü b&c=\\\"%22+[]\"", method: "GET", uri: "/%C3%BC%20b/%2F?q=%C3%BC%20b&c=%22%22+[]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := actiontest.Serve(t, nil)
			if c.input == "" {
				c.input = "{}"
			}
			actiontest.New(t).MustSucceed("http", strings.ReplaceAll(c.hcl, "HOST", server.URL), c.input)
			got := server.OnlyRequest(t)
			if got.Method != c.method || got.URI != c.uri || got.Body != c.body {
				t.Errorf("%s %s %q, want %s %s %q", got.Method, got.URI, got.Body, c.method, c.uri, c.body)
			}
			for name, want := range c.header {
				if v := got.Header.Get(name); v != want {
					t.Errorf("header %s is %q, want %q", name, v, want)
				}
			}
		})
	}
}

// TestHTTPQueryArrives: the server reads the query that the action wrote.
func TestHTTPQueryArrives(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, nil)
	odd := "\x00 %41&=+#?/\\\"'<>ÄÖ\r\n\t😀\u2028"
	actiontest.New(t).MustSucceed("http", "url = \""+server.URL+"\"\nquery = { (webhook.body.odd) = webhook.body.odd }", valuetest.EncodeJSON(t, map[string]any{"odd": odd}))
	u, err := url.ParseRequestURI(server.OnlyRequest(t).URI)
	if err != nil {
		t.Fatal(err)
	}
	if got := u.Query(); len(got) != 1 || got.Get(odd) != odd {
		t.Errorf("the query arrived as %q", got)
	}
}

func TestHTTPRefusesToSend(t *testing.T) {
	t.Parallel()
	const input = `{"n": 1, "s": "s3cret", "url": "ftp://s3cret/", "method": "post", "list": [["s3cret"]], "header": "a\r\nX-B: s3cret", "user": "https://user:s3cret@example.com/"}`
	cases := []struct{ name, hcl, want string }{
		{"scheme", `url = webhook.body.url`, `the URL must begin with "https://" or "http://"`},
		{"no URL", `url = webhook.body.s`, `the URL must begin with "https://" or "http://"`},
		{"unreadable URL", `url = join("", ["http://%zz", webhook.body.s])`, "the URL can't be read"},
		{"user in the URL", `url = webhook.body.user`, "a URL with a user or password would end up in logs"},
		{"null", `url = webhook.body.gone`, ""},
		{"method", "url = \"HOST\"\nmethod = webhook.body.method", `a method is a word in capital letters, such as "POST"`},
		{"line break in a header", "url = \"HOST\"\nheaders = { X-A = webhook.body.header }", "the value of the header field X-A holds a line break"},
		{"whole line as a name", "url = \"HOST\"\nheaders = { \"X-A: ${webhook.body.s}\" = \"\" }", `the name of a header field that begins with "X-A"`},
		{"header of the connection", "url = \"HOST\"\nheaders = { (join(\"-\", [\"content\", webhook.body.s == \"\" ? \"\" : \"length\"])) = \"1\" }", "written by the gateway"},
		{"list in a list", "url = \"HOST\"\nquery = { q = webhook.body.list }", `query: "q" holds a list in a list`},
		{"object in a form", "url = \"HOST\"\nform = { q = webhook.body }", `form: "q" holds an object`},
		{"JSON", "url = \"HOST\"\njson = [webhook.body.n * 1e900 * 1e900]", "the value can't be written as JSON: at /0"},
		{"bool in a list", "url = \"HOST\"\nquery = { q = [webhook.body.list[0]] }", `query: "q" holds a list in a list`},
		{"body without a value", "url = \"HOST\"\njson = webhook.body.gone.x", ""},
		{"form without a value", "url = \"HOST\"\nform = webhook.body.gone.x", ""},
		{"bytes without a value", "url = \"HOST\"\nbody_base64 = webhook.body.gone.x", ""},
		{"query without a value", "url = \"HOST\"\nquery = webhook.body.gone.x", ""},
		{"method without a value", "url = \"HOST\"\nmethod = webhook.body.gone.x", ""},
		{"headers without a value", "url = \"HOST\"\nheaders = webhook.body.gone.x", ""},
		{"type without a value", "url = \"HOST\"\ntext = \"\"\ncontent_type = webhook.body.gone.x", ""},
		{"not base64", "url = \"HOST\"\nbody_base64 = webhook.body.s", "body_base64 is not base64"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := actiontest.Serve(t, nil)
			err := actiontest.New(t).MustFail("http", strings.ReplaceAll(c.hcl, "HOST", server.URL), input)
			if err.Class != flow.Invalid || !strings.Contains(err.Message, c.want) || strings.Contains(err.Message, "s3cret") {
				t.Errorf("%s %q, want an invalid that holds %q", err.Class, err.Message, c.want)
			}
			if len(server.Requests()) > 0 {
				t.Error("a request was sent")
			}
		})
	}
}

func TestHTTPHidesWhatReadsASecret(t *testing.T) {
	t.Parallel()
	for _, hcl := range []string{
		"url = join(\"\", [secret.shop_password, webhook.body])",
		"url = \"http://127.0.0.1/\"\nheaders = { A = \"${secret.shop_password}${webhook.body}\\n\" }",
		"url = \"http://127.0.0.1/\"\nquery = { A = [[secret.shop_password, webhook.body]] }",
		"url = \"http://127.0.0.1/\"\nmethod = \"${secret.shop_password}${webhook.body}\"",
	} {
		err := actiontest.New(t).MustFail("http", hcl, `"x"`)
		if err.Class != flow.Invalid || !strings.Contains(err.Message, "hidden") || strings.Contains(err.Message, "pa55") {
			t.Errorf("%s: %s %q", hcl, err.Class, err.Message)
		}
	}
}
