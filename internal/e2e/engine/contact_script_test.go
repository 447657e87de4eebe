package engine_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/internal/testutil/smtpd"
	"github.com/webhook-gateway/gateway/store"
)

const scriptFlows = `
gateway {
  public_url = "https://hooks.example.com"
  egress { allow = ["127.0.0.1"] }
}
connection "smtp" "mail" {
  host = "127.0.0.1"
  port = %d
  tls  = "none"
  from = "shop@example.com"
}
flow "signup" {
  trigger "webhook" {
    path = "/signup"
    variable "email" {
      type   = string
      format = "email"
    }
  }
  action "tag" "remember" {
    contact = webhook.email
    add     = "signed-up"
  }
}
flow "welcome" {
  trigger "tag" { tag = "signed-up" }
  action "email" "hello" {
    connection = connection.smtp.mail
    to         = contact.email
    subject    = "Welcome, ${contact.email}"
    text       = "Look: ${link_url("offer", contact.email)} ."
  }
}
flow "offer" {
  trigger "link" {
    path     = "/offer"
    redirect = "https://shop.example.com/offer"
    tag      = "looked"
  }
  action "http" "seen" {
    url  = "OUT/seen"
    json = { email = contact.email, tags = contact.tags }
  }
}`

// TestContactOfAnyScript follows a person whose address is of another script from the
// sign-up to the deletion. Some callers send the domain in its own letters, some in
// ASCII: both are one contact, whose mail arrives and whose address is erased.
func TestContactOfAnyScript(t *testing.T) {
	t.Parallel()
	for name, spellings := range map[string][2]string{
		"own letters first": {"用户@例え.jp", "用户@xn--r8jz45g.jp"},
		"ASCII first":       {"用户@xn--r8jz45g.jp", "用户@例え.JP"},
		"composed":          {"Zoe\u0308@bu\u0308ro.example", "zoë@xn--bro-hoa.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mail := smtpd.Start(t, nil)
			d := newDurable(t, fmt.Sprintf(scriptFlows, mail.Port))
			first, other := spellings[0], spellings[1]
			for _, email := range []string{first, other} {
				d.await(d.accept("/signup", `{"email": "`+email+`"}`), store.Succeeded)
			}
			d.awaitRuns("welcome", map[store.State]int{store.Succeeded: 1, store.Throttled: 1})
			d.click(linkInMail(t, mail.OnlyMessage(t)))
			d.awaitRuns("offer", map[store.State]int{store.Succeeded: 1})
			if seen := d.outside.bodies("/seen"); len(seen) != 1 || !strings.Contains(seen[0], `"email":"`+first+`"`) || !strings.Contains(seen[0], `"looked"`) {
				t.Errorf("the flow of the link saw %q", seen)
			}
			d.deleteContact(first, other)
		})
	}
}

// linkInMail returns the path of the link in the mail, which must have gone to the
// address with its domain in ASCII.
func linkInMail(t *testing.T, m smtpd.Message) string {
	t.Helper()
	local, domain, _ := strings.Cut(m.To[0], "@")
	if len(m.To) != 1 || !m.UTF8 || !strings.HasPrefix(domain, "xn--") || local == "" {
		t.Errorf("sent to %q (UTF8 %v)", m.To, m.UTF8)
	}
	_, parts := m.Parse(t)
	_, rest, found := strings.Cut(parts[0].Body, "https://hooks.example.com")
	link, _, _ := strings.Cut(rest, " ")
	if !found || !strings.HasPrefix(link, "/offer?c=") {
		t.Fatalf("no link in %q", parts[0].Body)
	}
	return link
}

// deleteContact deletes a contact by the last of its spellings and waits until no run
// holds one of them.
func (d *durable) deleteContact(spellings ...string) {
	d.t.Helper()
	if !d.anyRunHolds(spellings) {
		d.t.Errorf("no run shows %q before the deletion", spellings)
	}
	path := "/api/v1/contacts/" + url.PathEscape(spellings[len(spellings)-1])
	if res := d.admin(http.MethodDelete, path); res.Code >= 300 {
		d.t.Fatalf("%d %s", res.Code, res.Body)
	}
	for _, email := range spellings {
		if _, err := d.store.GetContact(d.t.Context(), email); err == nil {
			d.t.Errorf("there is still a contact %s", email)
		}
	}
	d.changed.Await(d.t, "the address is erased", func() bool { return !d.anyRunHolds(spellings) })
	for path, text := range d.shown() {
		for _, email := range spellings {
			if strings.Contains(strings.ToLower(text), strings.ToLower(email)) {
				d.t.Errorf("%s shows %s after its contact was deleted", path, email)
			}
		}
	}
}

// anyRunHolds reports whether the admin API shows one of the texts in a run.
func (d *durable) anyRunHolds(texts []string) bool {
	d.t.Helper()
	page, err := d.store.List(d.t.Context(), store.ListQuery{Limit: 100})
	if err != nil {
		d.t.Fatal(err)
	}
	return slices.ContainsFunc(page.Runs, func(r store.Summary) bool {
		run := strings.ToLower(d.admin(http.MethodGet, "/api/v1/runs/"+r.ID).Body.String())
		return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(run, strings.ToLower(text)) })
	})
}
