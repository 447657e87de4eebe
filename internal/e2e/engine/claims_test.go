package engine_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/webhook-gateway/gateway/store"
)

const claimsFlow = `
secret "jwt" { env = "JWT_OF_32_BYTES_FOR_TESTS" }
flow "orders" {
  trigger "webhook" {
    path = "/orders"
    auth "jwt" {
      secret     = secret.jwt
      name_claim = "email"
    }
  }
  action "tag" "buyer" {
    contact = coalesce(webhook.auth.name, "unknown@example.com")
    add     = ["buyer"]
  }
  action "log" "order" { message = "an order of ${coalesce(webhook.auth.name, "unknown")}" }
}`

// TestDeletedContactInClaims: the address of a contact that stands in the claims of a
// token is erased from the runs with the contact.
func TestDeletedContactInClaims(t *testing.T) {
	t.Parallel()
	d := newDurable(t, claimsFlow)
	const email = "jane@example.com"
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "4711", "email": email, "exp": time.Now().Add(time.Hour).Unix(), "contact": map[string]any{"addresses": []string{"Jane <" + email + ">"}},
	}).SignedString([]byte("hush-hush-JWT_OF_32_BYTES_FOR_TESTS"))
	if err != nil {
		t.Fatal(err)
	}
	got := d.post("/orders", `{}`, "Authorization", "Bearer "+token)
	if got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	run := d.await(got.run(), store.Succeeded)
	if !strings.Contains(string(run.Event), `"name":"`+email+`"`) || strings.Count(string(run.Event), email) != 3 {
		t.Errorf("stored as %s", run.Event)
	}
	if shown := d.shownText(); !strings.Contains(shown, email) || strings.Contains(shown, token) {
		t.Errorf("pages and API are %s", shown)
	}
	d.deleteContact(email)
	if run, err = d.store.Get(t.Context(), run.ID); err != nil || strings.Contains(string(run.Event), email) {
		t.Errorf("after the deletion stored as %s, %v", run.Event, err)
	}
}
