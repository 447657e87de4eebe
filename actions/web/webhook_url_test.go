package web_test

import (
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/testutil/actiontest"
	"github.com/webhook-gateway/gateway/internal/testutil/valuetest"
)

// TestWebhookURLKeepsValuesInPlace: values of the run stay in their segment or
// parameter, and are no placeholders. HOST is the server.
func TestWebhookURLKeepsValuesInPlace(t *testing.T) {
	t.Parallel()
	input := map[string]any{"id": hostileID, "repo": "acme/lamp & bulb", "tricky": "__a__", "yes": true, "a": "x y", "up": ".."}
	cases := []struct{ name, url, want string }{
		{"segment", `"HOST/users/${webhook.body.id}/orders"`, "/users/..%2F..%2Fadmin%3Fdelete%3D1%23/orders"},
		{"query", `"HOST/?q=${webhook.body.id}&r=1"`, "/?q=..%2F..%2Fadmin%3Fdelete%3D1%23&r=1"},
		{"placeholder beside a value", `"HOST/${webhook.body.repo}/__a__?r=__a__"`, "/acme%2Flamp%20%26%20bulb/x%20y?r=x%20y"},
		{"value that looks like a placeholder", `"HOST/${webhook.body.tricky}/__a__"`, "/__a__/x%20y"},
		{"placeholder made of texts around a value", `"HOST/__${webhook.body.a}__"`, "/__x%20y__"},
		{"urlpath", `"HOST/repos/${urlpath(webhook.body.repo)}/issues"`, "/repos/acme/lamp%20%26%20bulb/issues"},
		{"urlencode", `"HOST/?q=${urlencode(webhook.body.repo)}"`, "/?q=acme%2Flamp+%26+bulb"},
		{"condition around", `webhook.body.yes ? "HOST/${webhook.body.repo}/__a__" : "HOST/other"`, "/acme%2Flamp%20%26%20bulb/x%20y"},
		{"one value", `webhook.body.at`, "/__b__/../c?d=e"},
		{"begins with a value", `"${webhook.body.at}&a=__a__"`, "/__b__/../c?d=e&a=x%20y"},
		{"dots of the file", `"HOST/b/../c?a=__a__"`, "/b/../c?a=x%20y"},
		{"dots in the query", `"HOST/?up=${webhook.body.up}&a=__a__"`, "/?up=..&a=x%20y"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := actiontest.Serve(t, nil)
			in := map[string]any{"at": server.URL + "/__b__/../c?d=e#f"}
			for name, v := range input {
				in[name] = v
			}
			actiontest.New(t).MustSucceed("webhook", "url = "+strings.ReplaceAll(c.url, "HOST", server.URL)+"\nfield \"a\" {}", valuetest.EncodeJSON(t, in))
			if got := server.OnlyRequest(t); got.URI != c.want || got.Body != "a=x+y" {
				t.Errorf("sent %q to %s, want %s", got.Body, got.URI, c.want)
			}
		})
	}
}

// TestWebhookURLUnderACredential: a caller can't choose the path that is called
// with the connection's credentials, by a value or by a field.
func TestWebhookURLUnderACredential(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, url, id, want string }{
		{"value", "/users/${webhook.body.id}", hostileID, "/v2/users/..%2F..%2Fadmin%3Fdelete%3D1%23"},
		{"another server", "/users/${webhook.body.id}", "https://evil.example.com/", "/v2/users/https%3A%2F%2Fevil.example.com%2F"},
		{"field", "users/__id__", "a/b?c#", "/v2/users/a%2Fb%3Fc%23"},
		{"nothing but a field", "__id__", "https://evil.example.com/", "/v2/https%3A%2F%2Fevil.example.com%2F"},
		{"begins with a field", "__id__/x", "a/b", "/v2/a%2Fb/x"},
		{"empty value", "/users/${webhook.body.id}/x", "", ""},
		{"step up by a value", "/users/${webhook.body.id}/x", "..", ""},
		{"step up by a field", "/users/__id__/x", "..", ""},
		{"step up by both", "/users/${webhook.body.id}__id__/x", ".", ""},
		{"begins with a value", "${webhook.body.id}/x", "users", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := actiontest.Serve(t, nil)
			b := actiontest.New(t)
			b.Connections["crm"] = "base_url = \"" + server.URL + "/v2\"\nbearer { token = secret.shop_token }"
			hcl := "connection = connection.http.crm\nmethod = \"GET\"\nurl = \"" + c.url + "\"\nfield \"id\" {}\nfield \"x\" { value = \"y\" }"
			input := valuetest.EncodeJSON(t, map[string]any{"id": c.id})
			if c.want == "" {
				if err := b.MustFail("webhook", hcl, input); err.Class != flow.Invalid || len(server.Requests()) != 0 {
					t.Errorf("%s %q after %d requests", err.Class, err.Message, len(server.Requests()))
				}
				return
			}
			b.MustSucceed("webhook", hcl, input)
			path, _, _ := strings.Cut(server.OnlyRequest(t).URI, "?")
			if path != c.want || server.OnlyRequest(t).Header.Get("Authorization") == "" {
				t.Errorf("called %s, want %s", path, c.want)
			}
		})
	}
}
