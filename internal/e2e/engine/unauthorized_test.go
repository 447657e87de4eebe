package engine_test

import (
	"net/http"
	"regexp"
	"testing"
)

// TestRefusedSignInsAreAlike: a caller does not learn which part of its
// credentials was wrong, nor of which check.
func TestRefusedSignInsAreAlike(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
secret "password" { env = "PASSWORD" }
secret "key" { env = "KEY" }
flow "f" {
  trigger "webhook" {
    path = "/f"
    mode = "sync"
    auth "basic" {
      username = "shop"
      password = secret.password
    }
    auth "github" { secret = secret.key }
  }
}`)
	run := regexp.MustCompile(`"run":"\w+"`)
	var first reply
	for name, header := range map[string][]string{
		"nothing":         nil,
		"wrong name":      {"Authorization", "Basic c2hvcHA6aHVzaC1odXNoLVBBU1NXT1JE"}, // the right password
		"wrong password":  {"Authorization", "Basic c2hvcDp3cm9uZw=="},
		"other scheme":    {"Authorization", "Bearer hush-hush-PASSWORD"},
		"no base64":       {"Authorization", "Basic ???"},
		"wrong signature": {"X-Hub-Signature-256", "sha256=9bf6ccfd91b2b26e6d2e08c1a3339c402d4aedddc03b81ada0ba82126a4fda4f"},
		"no signature":    {"X-Hub-Signature-256", "sha256=zz"},
	} {
		got := d.post("/f", `{}`, header...)
		got.body = run.ReplaceAllString(got.body, `"run":""`)
		if first.status == 0 {
			first = got
		}
		if got.status != http.StatusUnauthorized || got.body != first.body || got.header.Get("Www-Authenticate") != first.header.Get("Www-Authenticate") {
			t.Errorf("%s: %d %v %s, want an answer like %s", name, got.status, got.header, got.body, first.body)
		}
	}
	if got := d.post("/f", `{}`, "Authorization", "Basic c2hvcDpodXNoLWh1c2gtUEFTU1dPUkQ="); got.status == http.StatusUnauthorized {
		t.Errorf("the right password gets %d %s", got.status, got.body)
	}
}
