package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/store"
)

// Sync and async flows store the fields and tags that an action gives a
// contact. A tag keeps its first time.
func TestActionTagStoresContacts(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `flow "buy" {
  trigger "webhook" {
    path = "/buy"
  }
  action "tag" "note" {
    contact = webhook.body.email
    add     = ["customer", "bought-${webhook.body.product}"]
    remove  = "prospect"
    fields = {
      name = webhook.body.name
    }
  }
}
flow "ask" {
  trigger "webhook" {
    path = "/ask"
    mode = "sync"
  }
  action "tag" "note" {
    contact = webhook.body.email
    add     = "prospect"
  }
  action "respond" "done" {
    json = action.note
  }
}
`)
	if r := d.post("/ask", `{"email": "Ann@Example.com"}`); r.status != 200 || r.body != `{"added":["prospect"],"removed":[]}` {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := d.post("/ask", `{"email": "nobody"}`); r.status != 500 {
		t.Errorf("%d %s", r.status, r.body)
	}
	d.restart()
	run := d.accept("/buy", `{"email": "ann@example.com", "product": "lamp", "name": "Änn"}`)
	d.await(run, store.Succeeded)
	c, err := d.store.GetContact(t.Context(), "ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	for _, tag := range c.Tags {
		if tag.Source != flow.TagManual || tag.Given.IsZero() {
			t.Errorf("%+v", tag)
		}
		tags = append(tags, tag.Name)
	}
	if diff := cmp.Diff([]string{"bought-lamp", "customer"}, tags); diff != "" || string(c.Fields["name"]) != `"Änn"` || c.Email != "Ann@Example.com" {
		t.Errorf("%+v %s", c, diff)
	}
}

// A gateway continues an erasure that another one had to leave after the
// deletion of a contact.
func TestEraseResumesAfterStop(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `flow "hello" {
  trigger "webhook" {
    path = "/hello"
  }
}
`)
	run := d.accept("/hello", `{"email": "ann@example.com"}`)
	d.await(run, store.Succeeded)
	if _, err := d.store.DeleteContact(t.Context(), "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	d.restart()
	d.changed.Await(t, "the address is hidden", func() bool {
		got, err := d.store.Get(t.Context(), run)
		return err == nil && string(got.Body) == `{"email": "(hidden)"}`
	})
}
