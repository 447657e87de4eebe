package web_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

const hostileID = "../../admin?delete=1#"

// TestHTTPURLKeepsValuesInPlace: values of the run stay in their segment or
// parameter, and texts of the file stay as they are. HOST is the server.
func TestHTTPURLKeepsValuesInPlace(t *testing.T) {
	t.Parallel()
	input := map[string]any{
		"id": hostileID, "n": 7, "repo": "acme/lamp & bulb", "list": []any{"a/b", "c&d"}, "empty": "", "yes": true, "none": nil,
		"code": "A-1",
	}
	cases := []struct{ name, url, want string }{
		{"segment", `"HOST/users/${webhook.body.id}/orders"`, "/users/..%2F..%2Fadmin%3Fdelete%3D1%23/orders"},
		{"query", `"HOST/?q=${webhook.body.id}&r=1"`, "/?q=..%2F..%2Fadmin%3Fdelete%3D1%23&r=1"},
		{"number and bool", `"HOST/${webhook.body.n}/${webhook.body.yes}"`, "/7/true"},
		{"by HCL", `"HOST/users/${lower(webhook.body.id)}/${webhook.body["id"]}"`, "/users/..%2F..%2Fadmin%3Fdelete%3D1%23/..%2F..%2Fadmin%3Fdelete%3D1%23"},
		{"formatted", `"HOST/${format("%s-%05d", webhook.body.id, webhook.body.n)}"`, "/..%2F..%2Fadmin%3Fdelete%3D1%23-00007"},
		{"jq", `"HOST/${jq(".id", webhook.body)}"`, "/..%2F..%2Fadmin%3Fdelete%3D1%23"},
		{"nested template", `"HOST/${"u/${webhook.body.id}"}"`, "/u/..%2F..%2Fadmin%3Fdelete%3D1%23"},
		{"urlencode", `"HOST/?q=${urlencode(webhook.body.repo)}"`, "/?q=acme%2Flamp+%26+bulb"},
		{"urlpath", `"HOST/repos/${urlpath(webhook.body.repo)}/issues"`, "/repos/acme/lamp%20%26%20bulb/issues"},
		{"secret", `"HOST/${secret.path}/${webhook.body.code}"`, "/a/b/A-1"},
		{"condition inside", `"HOST/${webhook.body.yes ? "x/y" : webhook.body.id}"`, "/x/y"},
		{"directive", `"HOST/x%{ if webhook.body.yes }/${webhook.body.id}%{ endif }"`, "/x/..%2F..%2Fadmin%3Fdelete%3D1%23"},
		{"loop", `"HOST/?%{ for i in webhook.body.list }id=${i}&%{ endfor }"`, "/?id=a%2Fb&id=c%26d&"},
		{"joined list", `"HOST/${join("/", webhook.body.list)}"`, "/a%2Fb/c%26d"},
		{"default", `"HOST/${coalesce(webhook.body.none, webhook.body.empty, "d")}"`, "/d"},
		{"missing", `"HOST/${try(webhook.body.gone.x, "none")}/${try(webhook.body.id, "none")}"`, "/none/..%2F..%2Fadmin%3Fdelete%3D1%23"},
		{"condition around", `webhook.body.yes ? "HOST/${webhook.body.id}" : "HOST/other"`, "/..%2F..%2Fadmin%3Fdelete%3D1%23"},
		{"try around", `try("HOST/${webhook.body.id}", "HOST/other")`, "/..%2F..%2Fadmin%3Fdelete%3D1%23"},
		{"trimmed heredoc", "trimspace(<<-E\n  HOST/${webhook.body.id}\nE\n)", "/..%2F..%2Fadmin%3Fdelete%3D1%23"},
		{"unescaped", `"HOST/${unescaped(webhook.body.repo)}"`, "/acme/lamp%20&%20bulb"},
		{"whole expression", `join("/", ["HOST", webhook.body.repo])`, "/acme/lamp%20&%20bulb"},
		{"one value", `webhook.body.at`, "/a%2Fb/../c?d=e"},
		{"one value in a template", `"${webhook.body.at}"`, "/a%2Fb/../c?d=e"},
		{"begins with a value", `"${webhook.body.at}&id=${webhook.body.id}"`, "/a%2Fb/../c?d=e&id=..%2F..%2Fadmin%3Fdelete%3D1%23"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := actiontest.Serve(t, nil)
			b := actiontest.New(t)
			b.Secrets["path"] = "a/b"
			in := map[string]any{"at": server.URL + "/a%2Fb/../c?d=e#f"}
			for name, v := range input {
				in[name] = v
			}
			b.MustSucceed("http", "url = "+strings.ReplaceAll(c.url, "HOST", server.URL), valuetest.EncodeJSON(t, in))
			if got := server.OnlyRequest(t).URI; got != c.want {
				t.Errorf("called %s, want %s", got, c.want)
			}
		})
	}
}

// TestHTTPURLUnderACredential: a caller can't choose the path that is called
// with the connection's credentials.
func TestHTTPURLUnderACredential(t *testing.T) {
	t.Parallel()
	server := actiontest.Serve(t, nil)
	b := actiontest.New(t)
	b.Connections["crm"] = "base_url = \"" + server.URL + "/v2\"\nbearer { token = secret.shop_token }"
	const hcl = "connection = connection.http.crm\nmethod = \"DELETE\"\nurl = \"/users/${webhook.body.id}/drafts\""
	for id, want := range map[string]string{
		hostileID:                    "/v2/users/..%2F..%2Fadmin%3Fdelete%3D1%23/drafts",
		"https://evil.example.com/x": "/v2/users/https%3A%2F%2Fevil.example.com%2Fx/drafts",
		"%2e%2e":                     "/v2/users/%252e%252e/drafts",
		`..\..\admin`:                "/v2/users/..%5C..%5Cadmin/drafts",
		"\x01\x02":                   "/v2/users/%01%02/drafts",
	} {
		b.MustSucceed("http", hcl, valuetest.EncodeJSON(t, map[string]any{"id": id}))
		if last := lastOf(server, 1)[0]; last.URI != want || last.Header.Get("Authorization") == "" {
			t.Errorf("%q calls %s, want %s", id, last.URI, want)
		}
	}
	sent := len(server.Requests())
	for _, id := range []string{"", ".", ".."} {
		err := b.MustFail("http", hcl, valuetest.EncodeJSON(t, map[string]any{"id": id}))
		if err.Class != flow.Invalid || !strings.Contains(err.Message, "leads elsewhere") {
			t.Errorf("%q: %s %q", id, err.Class, err.Message)
		}
	}
	err := b.MustFail("http", "connection = connection.http.crm\nurl = \"${webhook.body.id}/drafts\"", `{"id": "users"}`)
	if !strings.Contains(err.Message, `begin with "/"`) {
		t.Errorf("a path that begins with a value: %q", err.Message)
	}
	if len(server.Requests()) != sent {
		t.Error("a request was sent")
	}
}

func TestHTTPURLFindings(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, url, summary string }{
		{"segment", `"https://api.example.com/${webhook.body.id}"`, ""},
		{"begins with a value", `"${webhook.body.base}/items/${webhook.body.id}"`, ""},
		{"one value", `webhook.body.url`, ""},
		{"constant", `"${join("", ["https://", "api.example.com"])}/${webhook.body.id}"`, ""},
		{"secret that is not set", `"${secret.unset}/${webhook.body.id}"`, ""},
		{"secret host", `"https://${secret.unset}/${webhook.body.id}"`, ""},
		{"host of the file by a condition", `"https://${webhook.body.eu ? "eu" : "us"}.example.com/${webhook.body.id}"`, ""},
		{"whole servers by a condition", `"https://${webhook.body.eu ? "eu.example.com/a" : "us.example.com/b"}/${webhook.body.id}"`, ""},
		{"host", `"https://${webhook.body.host}/x"`, "Value in the host"},
		{"part of the host", `"https://${webhook.body.region}.example.com/x"`, "Value in the host"},
		{"number in the host", `"https://api-${length(webhook.body.x)}.example.com/x"`, "Value in the host"},
		{"end of the host", `"https://api.example.com${webhook.body.path}"`, "Value in the host"},
		{"port", `"https://api.example.com:${webhook.body.port}/x"`, "Value in the host"},
		{"user", `"https://${webhook.body.user}@example.com/x"`, "Value in the host"},
		{"scheme", `"http${webhook.body.s}://api.example.com/x"`, "Value in the host"},
		{"unescaped", `"https://${unescaped(webhook.body.region)}.example.com/x"`, "Value in the host"},
		{"encoded", `"https://${urlencode(webhook.body.region)}.example.com/x"`, "Value in the host"},
		{"condition", `"https://${webhook.body.eu ? webhook.body.eu : "us"}.example.com/x"`, "Value in the host"},
		{"loop", `"https://%{ for i in webhook.body.l }${i}.%{ endfor }example.com/x"`, "Value in the host"},
		{"condition around", `webhook.body.a ? "https://api.example.com/x" : "https://${webhook.body.b}/x"`, "Value in the host"},
		{"try around", `try("https://${webhook.body.b}/x", "https://api.example.com/x")`, "Value in the host"},
		{"host before a secret", `"https://${webhook.body.b}.${secret.unset}/x"`, "Value in the host"},
		{"no scheme", `"api.example.com/${webhook.body.id}"`, "Wrong URL"},
		{"another scheme", `"ftp://api.example.com/${webhook.body.id}"`, "Wrong URL"},
		{"user of the file", `"https://u:p@api.example.com/${webhook.body.id}"`, "Wrong URL"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, diags := actiontest.New(t).Compile(actiontest.Action("http", "url = "+c.url) + `action "respond" "done" {}`)
			actiontest.CheckFinding(t, diags, c.summary, "")
		})
	}
}
