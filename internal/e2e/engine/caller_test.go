package engine_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"testing"

	"github.com/webhook-gateway/gateway/store"
)

// TestNames_WhoSignedIn: expressions and jq programs of a stored run read who
// signed in, also after a restart.
func TestNames_WhoSignedIn(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `flow "f" {
  trigger "webhook" {
    path = "/f"
    auth "basic" {
      username = "shop"
      password = secret.password
    }
  }
  action "http" "wait" { url = "OUT/wait" }
  action "transform" "who" {
    input = { hcl = "${webhook.auth.kind} ${webhook.auth.name}" }
    jq    = "[.hcl, $webhook.auth.kind, $webhook.auth.name, $webhook.auth.claims]"
  }
  action "http" "tell" {
    url  = "OUT/tell"
    json = action.who.value
  }
}
secret "password" { env = "PASSWORD" }
`)
	d.outside.fail("/wait", 1)
	credentials := base64.StdEncoding.EncodeToString([]byte("shop:hush-hush-PASSWORD"))
	got := d.post("/f", `{}`, "Authorization", "Basic "+credentials)
	if got.status != http.StatusOK {
		t.Fatalf("the answer is %d %s", got.status, got.body)
	}
	d.await(got.run(), store.Failed)
	d.restart()
	if res := d.admin(http.MethodPost, "/api/v1/runs/"+got.run()+"/retry"); res.Code != http.StatusOK {
		t.Fatalf("the retry answers %d %s", res.Code, res.Body)
	}
	d.await(got.run(), store.Succeeded)
	if told, want := d.outside.bodies("/tell"), []string{`["basic shop","basic","shop",null]`}; !slices.Equal(told, want) {
		t.Errorf("the flow sent %q, want %q", told, want)
	}
}
