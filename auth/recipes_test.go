package auth

import (
	"encoding/base64"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// recipes returns the auth blocks of the guide on senders, by a name in them: that of
// the secret, or of the header.
func recipes(t *testing.T) map[string]Check {
	t.Helper()
	text, err := os.ReadFile("../docs/guide/senders.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```hcl\nauth \"(\\w+)\" {\n(.*?)\n}\n```")
	name := regexp.MustCompile(`secret\.(\w+)|header += "(Kick)`)
	out := map[string]Check{}
	for _, m := range block.FindAllStringSubmatch(string(text), -1) {
		c, diags := decodeIn(t, exampleScope(m[2], true), m[1], m[2])
		if len(diags) > 0 {
			t.Errorf("%s: %v", m[0], diags)
		}
		found := name.FindStringSubmatch(m[2])
		if found == nil {
			t.Fatalf("no name in %s", m[0])
		}
		out[found[1]+found[2]] = c
	}
	if strings.Count(string(text), "```hcl") != len(out) {
		t.Errorf("%d recipes of %d blocks", len(out), strings.Count(string(text), "```hcl"))
	}
	return out
}

// TestRecipes sends a request to each recipe of the guide, signed as the sender
// documents it.
func TestRecipes(t *testing.T) {
	t.Parallel()
	const body = `{"id": 1}`
	unix, milli := fmt.Sprint(noon().Unix()), fmt.Sprint(noon().UnixMilli())
	secretOf := func(sender string) string { return "the-secret-of-" + sender }
	sum := func(sender, text string) string { return hmacOf(t, "sha256", secretOf(sender), text) }
	key, err := decodeSecret(whsecName, exampleSecret("standard_webhooks"))
	if err != nil {
		t.Fatal(err)
	}
	byQuery := withBody(body)
	byQuery.Query.Set("token", secretOf("postmark"))
	requests := map[string]*Request{
		"stripe":            withBody(body, "Stripe-Signature", "t="+unix+",v1="+sum("stripe", unix+"."+body)),
		"standard_webhooks": withBody(body, "Webhook-Id", "m", "Webhook-Timestamp", unix, "Webhook-Signature", standardSignature(key, "m", unix, []byte(body))),
		"ashby":             withBody(body, "Ashby-Signature", "sha256="+sum("ashby", body)),
		"fourthwall":        withBody(body, "X-Fourthwall-Hmac-SHA256", base64.StdEncoding.EncodeToString(sumOf(t, "sha256", secretOf("fourthwall"), body))),
		"rootly":            withBody(body, "X-Rootly-Signature", "t="+unix+",v1="+sum("rootly", unix+body)),
		"retell":            withBody(body, "X-Retell-Signature", "v="+milli+",d="+sum("retell", body+milli)),
		"greenhouse":        withBody(body, "Signature", "sha256 "+sum("greenhouse", body)),
		"cloudflare":        withBody(body, "Cf-Webhook-Auth", secretOf("cloudflare")),
		"pipedrive":         withBody(body, "Authorization", basicHeader("pipedrive:"+secretOf("pipedrive"))),
		"postmark":          byQuery,
	}
	for name, c := range recipes(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "Kick" { // its private key is not ours
				r := withBody(body, "Kick-Event-Message-Id", "m", "Kick-Event-Message-Timestamp", noon().Format(time.RFC3339), "Kick-Event-Signature", "AAAA")
				checkAttempts(t, c, []attempt{{"a wrong signature", r, errMismatch.Error()}})
				return
			}
			r := requests[name]
			if r == nil {
				t.Fatal("no request")
			}
			if err := c.Verify(t.Context(), r); err != nil {
				t.Errorf("refused: %v", err)
			}
			if c.NeedsBody() {
				r.Body = []byte(`{"id": 2}`)
				if c.Verify(t.Context(), r) == nil {
					t.Error("another body is let in")
				}
			}
		})
	}
}
