package flow_test

import (
	"strings"
	"testing"
)

// TestReplyLocation: a value of the run keeps its place in the URLs of an answer.
func TestReplyLocation(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, hcl, body, header, want string }{
		{"segment", `headers = { Location = "https://shop.example.com/orders/${webhook.body}/pay" }`, "../a b?#é", "Location", "https://shop.example.com/orders/..%2Fa%20b%3F%23%C3%A9/pay"},
		{"path", `headers = { location = "/orders/${webhook.body}" }`, "/evil.example.com", "Location", "/orders/%2Fevil.example.com"},
		{"query", `headers = { "Content-Location" = "/orders?id=${webhook.body}&x=1" }`, "1&x=2", "Content-Location", "/orders?id=1%26x%3D2&x=1"},
		{"whole", `headers = { Location = webhook.body }`, "https://other.example.com/a?b=c d", "Location", "https://other.example.com/a?b=c d"},
		{"begins with a value", `headers = { Location = "${webhook.body}/done" }`, "https://pay.example.com/1", "Location", "https://pay.example.com/1/done"},
		{"condition in a name", `headers = { Location = webhook.body != "" ? "/a/${webhook.body}" : "/" }`, "x/y", "Location", "/a/x%2Fy"},
		{"condition", `headers = webhook.body != "" ? { Location = "/a/${webhook.body}" } : {}`, "x/y", "Location", "/a/x%2Fy"},
		{"name of the run beside it", `headers = { Location = "/a/${webhook.body}", "x-${webhook.body}" = "1" }`, "b", "Location", "/a/b"},
		{"other field", `headers = { X-Next = "/a/${webhook.body}", Location = "/" }`, "x/y", "X-Next", "/a/x/y"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, diags := decodeReply(t, c.hcl)
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			got, err := a.Build(t.Context(), env{c.body}, 303)
			if err != nil || got.Header.Get(c.header) != c.want {
				t.Errorf("%q, %v; want %q", got.Header.Get(c.header), err, c.want)
			}
		})
	}
}

func TestReplyLocationRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", ".", ".."} {
		a, diags := decodeReply(t, `headers = { Location = "https://shop.example.com/orders/${webhook.body}" }`)
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		if _, err := a.Build(t.Context(), env{body}, 303); err == nil || !strings.Contains(err.Error(), "Location: a value of the run leaves a segment") {
			t.Errorf("%q: %v", body, err)
		}
	}
	if _, diags := decodeReply(t, `headers = { Location = "https://${webhook.body}.example.com/" }`); !strings.Contains(diags.Error(), "Value in the host") {
		t.Error(diags)
	}
}
