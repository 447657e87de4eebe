package triggers

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/webhook-gateway/gateway/config/schema"
	"github.com/webhook-gateway/gateway/flow"
)

// loadLink decodes a link with a redirect, which stands in line 2.
func loadLink(t *testing.T, redirect string) (*link, hcl.Diagnostics) {
	t.Helper()
	src := "trigger \"link\" {\npath = \"/l\"\nredirect = " + redirect + "\n}\n"
	f, diags := hclsyntax.ParseConfig([]byte(src), "test.hcl", hcl.Pos{Line: 0, Column: 1})
	if diags.HasErrors() {
		t.Fatalf("%v in\n%s", diags, src)
	}
	l := &link{}
	_, diags = schema.DecodeSpec(&schema.Context{Scope: testScope()}, schema.Describe(l), f.Body.(*hclsyntax.Body).Blocks[0], 1)
	return l, diags
}

// TestRedirectKeepsValuesInTheirPlace: a caller chooses neither the server nor
// the path of a redirect.
func TestRedirectKeepsValuesInTheirPlace(t *testing.T) {
	t.Parallel()
	const product = `"https://shop.example.com/p/${link.query.p}?from=${contact.email}"`
	for name, c := range map[string]struct{ redirect, click, email, want string }{
		"constant":        {`"https://shop.example.com/offer?a=b%20c#d"`, "", "", "https://shop.example.com/offer?a=b%20c#d"},
		"not ASCII":       {`"https://shop.example.com/größe?q=ä b"`, "", "", "https://shop.example.com/gr%C3%B6%C3%9Fe?q=%C3%A4%20b"},
		"values":          {product, "?p=L%201", "j+n@example.com", "https://shop.example.com/p/L%201?from=j%2Bn%40example.com"},
		"slashes":         {product, "?p=../../admin%23", "j@example.com", "https://shop.example.com/p/..%2F..%2Fadmin%23?from=j%40example.com"},
		"dots":            {product, "?p=..", "j@example.com", "https://shop.example.com/p/"},
		"missing":         {product, "", "j@example.com", "https://shop.example.com/p/"},
		"no contact":      {`"https://shop.example.com/bye?c=${contact.email}"`, "", "", "https://shop.example.com/bye"},
		"urlpath":         {`"https://shop.example.com/${urlpath(link.query.p)}"`, "?p=a/b%20c", "", "https://shop.example.com/a/b%20c"},
		"condition":       {`link.query.p == "b" ? "https://b.example.com/" : "https://a.example.com/"`, "?p=b", "", "https://b.example.com/"},
		"other server":    {`link.query.p == "b" ? link.query.to : "https://a.example.com/"`, "?p=b&to=https://evil.example/", "", "https://a.example.com/"},
		"fragment":        {`"https://shop.example.com/#${link.query.p}"`, "?p=a%23b", "", "https://shop.example.com/#a%23b"},
		"line break":      {product, "?p=a%0d%0aSet-Cookie:x", "j@example.com", "https://shop.example.com/p/a%0D%0ASet-Cookie%3Ax?from=j%40example.com"},
		"local is kept":   {`"https://shop.example.com/${local.mode}/${link.query.p}"`, "?p=1", "", "https://shop.example.com/sync/1"},
		"number and text": {`"https://shop.example.com/?n=${length(link.query)}"`, "?p=1&q=2", "", "https://shop.example.com/?n=2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, diags := loadLink(t, c.redirect)
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			click := &valueEvent{roots: map[string]any{linkRoot: l.clickValue(httptest.NewRequest(http.MethodGet, "/l"+c.click, http.NoBody), flow.Incoming{})}}
			if c.email != "" {
				click.roots[contactRoot] = newContactValue(flow.Contact{Email: c.email})
			}
			if got := l.redirect.header(t.Context(), click).Get("Location"); got != c.want {
				t.Errorf("redirected to %s, want %s", got, c.want)
			}
		})
	}
}

func TestRedirectFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ redirect, want string }{
		"whole expression": {`link.query.to`, "choose where the browser goes"},
		"begins with":      {`"${link.query.to}/offer"`, "Write an absolute URL"},
		"host":             {`"https://${link.query.shop}.example.com/"`, "choose the server"},
		"relative":         {`"/offer/${link.query.p}"`, "Write an absolute URL"},
		"scheme":           {`"javascript:${link.query.p}"`, "Write an absolute URL"},
		"field":            {`"https://shop.example.com/${contact.fields.p}"`, `Unknown name`},
		"unknown name":     {`"https://shop.example.com/${link.qery}"`, `Did you mean`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := loadLink(t, c.redirect)
			wantFinding(t, diags, 2, c.want)
		})
	}
}
