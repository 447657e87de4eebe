package engine_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
)

// TestCallersAreNotTrusted: a test of a flow marks a request whose signature nobody
// but the sender can make, see flow.TrustSample. The mark is in the context of the
// process and does not travel: a caller who sets it, or who sends whatever looks
// like it, is refused.
func TestCallersAreNotTrusted(t *testing.T) {
	t.Parallel()
	d := newDurable(t, `
flow "f" {
  trigger "webhook" {
    path = "/f"
    auth "discord" { public_key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"}
  }
  action "log" "say" { message = "in" }
}`)
	names := []string{
		"Trust", "Trusted", "Trusted-As", "TrustedAs", "Trust-Sample", "TrustSample", "Gateway-Trust", "Gateway-Trusted-As", "X-Trusted-As",
		"X-Gateway-Test", "Gateway-Test", "Context", "trustKey", "Authorization", "Cookie", "Forwarded", "Baggage", "Traceparent",
	}
	ctx := flow.TrustSample(context.Background(), "discord")
	for _, target := range []string{"/f", "/f?trusted_as=discord&TrustedAs=discord&trust=discord", "/f#trust"} {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.base+target, strings.NewReader(`{"TrustedAs":"discord","trust":true}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Trailer = http.Header{}
		r.ContentLength = -1 // chunked, so that the trailers are sent
		for _, name := range names {
			r.Header.Set(name, "discord")
			if name != "Authorization" && name != "Cookie" {
				r.Trailer.Set(name, "discord")
			}
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: status %d", target, answer.StatusCode)
		}
	}
}
