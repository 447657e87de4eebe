package engine_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"
)

// TestSigned_URL: a sender signs the URL that it knows, not the one that arrives.
func TestSigned_URL(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `gateway { public_url = "https://hooks.example.com/in/" }
flow "f" {
  trigger "webhook" {
    path = "/f/{id}"
    mode = "sync"
    auth "hmac" {
      secret  = secret.password
      header  = "X-Sig"
      payload = "${webhook.method} ${public_url}${webhook.url}"
    }
    response { json = { id = webhook.path.id } }
  }
}
secret "password" { env = "PASSWORD" }
`)
	sign := func(text string) string {
		mac := hmac.New(sha256.New, []byte("hush-hush-PASSWORD"))
		mac.Write([]byte(text))
		return hex.EncodeToString(mac.Sum(nil))
	}
	for url, want := range map[string]int{
		"https://hooks.example.com/in/f/a%2Fb?x=%20&y": http.StatusOK,
		"https://hooks.example.com/in/f/a%2Fb?x=+&y":   http.StatusUnauthorized,
		"https://hooks.example.com/f/a%2Fb?x=%20&y":    http.StatusUnauthorized,
		"http://127.0.0.1/in/f/a%2Fb?x=%20&y":          http.StatusUnauthorized,
	} {
		got := d.post("/f/a%2Fb?x=%20&y", `{}`, "X-Sig", sign("POST "+url), "X-Forwarded-Host", "hooks.example.com")
		if got.status != want {
			t.Errorf("signed for %s: answered %d %s, want %d", url, got.status, got.body, want)
		}
	}
}
