package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

// TestOneClickUnsubscribe: a mail program unsubscribes by a POST (RFC 8058), and
// a program that scans mails follows the link by GET and starts nothing.
func TestOneClickUnsubscribe(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
gateway {
  public_url = "https://hooks.example.com"
  egress { allow = ["127.0.0.1"] }
}
flow "in" {
  trigger "webhook" { path = "/in" }
  action "tag" "t" {
    contact = webhook.body.email
    add     = "news"
  }
  action "http" "mail" {
    url  = "OUT/mail"
    body = link_url("bye", webhook.body.email)
  }
}
flow "bye" {
  trigger "link" {
    path     = "/bye"
    redirect = "https://shop.example.com/bye"
    methods  = ["POST"]
  }
  action "http" "crm" {
    url  = "OUT/crm"
    json = "${link.method} ${contact.email}"
  }
}`)
	d.await(d.accept("/in", `{"email": "jane@example.com"}`), store.Succeeded)
	link, _ := strings.CutPrefix(d.outside.bodies("/mail")[0], "https://hooks.example.com")
	if res := d.click(link); res.status != http.StatusFound || res.header.Get("Location") != "https://shop.example.com/bye" {
		t.Errorf("GET: %d to %q", res.status, res.header.Get("Location"))
	}
	post := func(target string) reply {
		t.Helper()
		return d.post(target, "List-Unsubscribe=One-Click", "Content-Type", "application/x-www-form-urlencoded")
	}
	if r := post(link); r.status != http.StatusOK || r.header.Get("Location") != "" {
		t.Errorf("POST: %d to %q", r.status, r.header.Get("Location"))
	}
	d.awaitRuns("bye", map[store.State]int{store.Succeeded: 1, store.Refused: 1})
	if got := d.outside.bodies("/crm"); len(got) != 1 || got[0] != `"POST jane@example.com"` {
		t.Errorf("unsubscribed %v", got)
	}
	if r := post("/bye?c=x"); r.status != http.StatusBadRequest {
		t.Errorf("POST of a changed link: %d", r.status)
	}
	d.store.down.Store(true)
	if r := post(link); r.status != http.StatusServiceUnavailable {
		t.Errorf("POST without a store: %d", r.status)
	}
	d.store.down.Store(false)
}
