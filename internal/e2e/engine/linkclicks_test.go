package engine_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	d := newDurable(t, tagFlows)
	d.await(d.accept("/signup", `{"email": "jane@example.com", "name": "Jane"}`), store.Succeeded)
	d.awaitRuns("welcome", map[store.State]int{store.Succeeded: 1})
	greeted := d.bodies("welcome", "greet")
	_, link, _ := strings.Cut(greeted, "https://hooks.example.com/offer?c=")
	token, _, _ := strings.Cut(link, `"`)
	for name, query := range map[string]string{"whole": "?page=2&c=" + token, "changed": "?c=x" + token, "nobody's": ""} {
		res := d.click("/offer" + query)
		if res.status != http.StatusFound || res.header.Get("Location") != "https://shop.example.com/offer?from=mail" || res.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s link: %d to %q", name, res.status, res.header.Get("Location"))
		}
	}
	d.awaitRuns("offer", map[store.State]int{store.Succeeded: 1, store.Refused: 2})
	d.awaitRuns("clicked", map[store.State]int{store.Succeeded: 1})
	if seen := d.bodies("offer", "seen"); !strings.Contains(seen, `"tags":["clicked:offer","looked","signed-up"]`) || !strings.Contains(seen, `"url":"/offer?page=2"`) || !strings.Contains(seen, `"page":"2"`) || strings.Contains(seen, token) {
		t.Errorf("the flow saw %s", seen)
	}
	page, err := d.store.List(t.Context(), store.ListQuery{Filter: store.Filter{Text: token[:40]}, Limit: 10})
	for _, r := range page.Runs {
		if r.Flow == "offer" {
			t.Errorf("the history of the link's flow holds the token (%v)", err)
		}
	}
	d.store.down.Store(true)
	if res := d.click("/offer?c=" + token); res.status != http.StatusFound {
		t.Errorf("without a store a click is answered with %d", res.status)
	}
	d.store.down.Store(false)
}

// An old link gives no tag to a deleted contact.
func TestLinkOfDeletedContact(t *testing.T) {
	t.Parallel()
	d := newDurable(t, tagFlows)
	d.await(d.accept("/signup", `{"email": "jane@example.com", "name": "Jane"}`), store.Succeeded)
	d.awaitRuns("welcome", map[store.State]int{store.Succeeded: 1})
	_, link, _ := strings.Cut(d.bodies("welcome", "greet"), "https://hooks.example.com")
	target, _, _ := strings.Cut(link, `"`)
	if _, err := d.store.DeleteContact(t.Context(), "jane@example.com"); err != nil {
		t.Fatal(err)
	}
	d.click(target)
	d.awaitRuns("offer", map[store.State]int{store.Succeeded: 1})
	if n := d.outside.count("/seen"); n != 0 {
		t.Error("actions ran for a contact that is not known")
	}
	if _, err := d.store.GetContact(t.Context(), "jane@example.com"); err == nil {
		t.Error("the contact is back")
	}
}

// sentOn is the response to a click.
type sentOn struct {
	status int
	header http.Header
}

// click follows a link, but not its redirect.
func (d *durable) click(target string) sentOn {
	d.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	u, err := url.Parse(d.base + target)
	if err != nil {
		d.t.Fatal(err)
	}
	res, err := client.Get(u.String())
	if err != nil {
		d.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		d.t.Fatal(err)
	}
	return sentOn{res.StatusCode, res.Header}
}
