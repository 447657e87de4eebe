package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"testing"

	"github.com/webhook-gateway/gateway/flow"
	"github.com/webhook-gateway/gateway/internal/apikey"
	"github.com/webhook-gateway/gateway/internal/testutil/racetest"
)

// Accepting a request copies no body and allocates nothing. Not parallel: testing.AllocsPerRun counts the
// allocations of the whole process.
func TestVerifyAllocatesNothing(t *testing.T) {
	if racetest.On {
		t.Skip("the race detector allocates")
	}
	body := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	plain := hmacOf(t, "sha256", testKey, string(body))
	const at = "1773489600"
	signed := withHeader("X-Sig", "v0="+hmacOf(t, "sha512", testKey, "v0:"+at+":"+string(body)), "X-Time", at)
	signed.Body = body
	github := withHeader("X-Hub-Signature-256", "sha256="+plain)
	github.Body = body
	stripe := withHeader("Stripe-Signature", "t="+at+",v1="+hmacOf(t, "sha256", oldKey, at+"."+string(body))+",v1="+hmacOf(t, "sha256", testKey, at+"."+string(body)))
	stripe.Body = body
	shopify := withHeader("X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString(sumOf(t, "sha256", testKey, string(body))))
	shopify.Body = body
	ownKey := apikey.New()
	inQuery := withHeader()
	inQuery.Query.Set("key", testKey)
	asana := withHeader("X-Hook-Signature", plain)
	asana.Body, asana.Handshakes = body, keptSecret(testKey)
	cases := []struct {
		name    string
		check   Check
		request *Request
	}{
		{"github", mustDecode(t, "github", "secret = [secret.old, secret.key]"), github},
		{"hmac with a payload", mustDecode(t, "hmac", "secret = secret.key\nheader = \"x-sig\"\nprefix = \"v0=\"\nalgorithm = \"sha512\"\n"+
			"timestamp_header = \"x-time\"\npayload = \"v0:${webhook.headers[\"X-Time\"]}:${webhook.raw}\""), signed},
		{"stripe", mustDecode(t, "stripe", "secret = secret.key"), stripe},
		{"shopify", mustDecode(t, "shopify", "secret = secret.key"), shopify},
		{"bearer", mustDecode(t, "bearer", "token = \"token-17\""), withHeader("Authorization", "Bearer token-17")},
		{"header", mustDecode(t, "header", "name = \"x-key\"\nvalue = [secret.old, secret.key]"), withHeader("X-Key", testKey)},
		{"key", mustDecode(t, "key", ""), withKeys(withHeader("Authorization", "Bearer "+ownKey), ownKey)},
		{"asana with the secret of a handshake", mustDecode(t, "asana", ""), asana},
		{"query", mustDecode(t, "query", "name = \"key\"\nvalue = secret.key"), inQuery},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got := testing.AllocsPerRun(20, func() {
				if err := tc.check.Verify(t.Context(), tc.request); err != nil {
					t.Fatal(err)
				}
			})
			if got > 0 {
				t.Errorf("%v allocations, want none", got)
			}
		})
	}
}

func BenchmarkHMAC1KiB(b *testing.B) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 64)
	c := mustDecode(b, "github", "secret = secret.key")
	r := withHeader("X-Hub-Signature-256", "sha256="+hmacOf(b, "sha256", testKey, string(body)))
	r.Body = body
	benchmark(b, c, r)
	b.SetBytes(int64(len(body)))
}

func BenchmarkHMACWithPayload1KiB(b *testing.B) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 64)
	const at = "1773489600"
	c := mustDecode(b, "hmac", "secret = secret.key\nheader = \"X-Sig\"\ntimestamp_header = \"X-Time\"\npayload = \"${webhook.headers[\"X-Time\"]}.${webhook.raw}\"")
	r := withHeader("X-Sig", hmacOf(b, "sha256", testKey, at+"."+string(body)), "X-Time", at)
	r.Body = body
	benchmark(b, c, r)
	b.SetBytes(int64(len(body)))
}

// BenchmarkSenders verifies the genuine delivery of each sender.
func BenchmarkSenders(b *testing.B) {
	for _, f := range readVectors(b) {
		b.Run(f.name, func(b *testing.B) {
			benchmark(b, f.check(b), f.Requests[0].request(b))
		})
	}
}

// BenchmarkKey leaves out the lookup of the key; gateway/keyring measures it.
func BenchmarkKey(b *testing.B) {
	key := apikey.New()
	benchmark(b, mustDecode(b, "key", ""), withKeys(withHeader("Authorization", "Bearer "+key), key))
}

// keptSecret is the secret of a handshake.
type keptSecret string

func (s keptSecret) Secret(context.Context, string) (string, error) { return string(s), nil }
func (keptSecret) Keep(context.Context, string, string) error       { return flow.ErrHandshakeDone }

// BenchmarkHandshakeSecret leaves out the lookup of the secret.
func BenchmarkHandshakeSecret(b *testing.B) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 64)
	r := withHeader("X-Hook-Signature", hmacOf(b, "sha256", testKey, string(body)))
	r.Body, r.Handshakes = body, keptSecret(testKey)
	benchmark(b, mustDecode(b, "asana", ""), r)
	b.SetBytes(int64(len(body)))
}

func BenchmarkBasic(b *testing.B) {
	c := mustDecode(b, "basic", "username = \"shop\"\npassword = secret.key")
	benchmark(b, c, withHeader("Authorization", basicHeader("shop:"+testKey)))
}

func benchmark(b *testing.B, c Check, r *Request) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Verify(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
