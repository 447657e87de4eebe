package auth

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"
)

// The example of Slack's page on verifying requests.
func TestSlackTakesItsOwnExample(t *testing.T) {
	t.Parallel()
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	const good = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
	c := mustDecode(t, "slack", `secret = "8f742231b10e8888abcd99yyyzzz85a5"`)
	request := func(body, sig, at string, now time.Duration) *Request {
		r := withBody(body, "X-Slack-Signature", sig, "X-Slack-Request-Timestamp", at)
		r.Now = time.Unix(1531420618, 0).Add(now)
		return r
	}
	checkAttempts(t, c, []attempt{
		{"the example", request(body, good, "1531420618", 0), ""},
		{"as old as may be", request(body, good, "1531420618", 5*time.Minute), ""},
		{"too old", request(body, good, "1531420618", 301*time.Second), "the timestamp is 301s old, tolerance 300s"},
		{"another time", request(body, good, "1531420619", 0), errMismatch.Error()},
		{"another body", request(body+"&", good, "1531420618", 0), errMismatch.Error()},
		{"no version", request(body, good[3:], "1531420618", 0), `the X-Slack-Signature header does not begin with "v0="`},
	})
}

func TestStripeTakesAnySignatureAndAnyLaterTime(t *testing.T) {
	t.Parallel()
	const body, secret = `{"id":"evt_1"}`, "whsec_c3RhcGxlIG9mIHllc3RlcmRheQ=="
	c := mustDecode(t, "stripe", fmt.Sprintf("secret = [secret.key, %q]", secret))
	signed := func(ago time.Duration, secret string) *Request {
		at := fmt.Sprint(noon().Add(-ago).Unix())
		return withBody(body, "Stripe-Signature", "t="+at+",v1="+hmacOf(t, "sha256", "other", at+"."+body)+",v1="+hmacOf(t, "sha256", secret, at+"."+body)+",v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39")
	}
	checkAttempts(t, c, []attempt{
		{"the secret as text", signed(0, secret), ""},
		{"the other secret", signed(0, testKey), ""},
		{"the bytes in the secret", signed(0, "staple of yesterday"), errMismatch.Error()},
		{"as old as may be", signed(300*time.Second, secret), ""},
		{"too old", signed(301*time.Second, secret), "the timestamp is 301s old, tolerance 300s"},
		{"an hour ahead", signed(-time.Hour, secret), ""},
		{"another version", withBody(body, "Stripe-Signature", "t=1773489600,v0="+hmacOf(t, "sha256", secret, "1773489600."+body)), `the Stripe-Signature header has no item that begins with "v1="`},
	})
	longer := mustDecode(t, "stripe", fmt.Sprintf("secret = %q\ntolerance = \"10m\"", secret))
	checkAttempts(t, longer, []attempt{{"within the tolerance of the file", signed(301*time.Second, secret), ""}})
}

func TestShopifyTakesBothHeaders(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "shopify", `secret = secret.key`)
	good := base64.StdEncoding.EncodeToString(sumOf(t, "sha256", testKey, "body"))
	checkAttempts(t, c, []attempt{
		{"webhooks", withBody("body", "X-Shopify-Hmac-Sha256", good), ""},
		{"events", withBody("body", "Shopify-Hmac-Sha256", good), ""},
		{"one of both", withBody("body", "Shopify-Hmac-Sha256", good, "X-Shopify-Hmac-Sha256", "AAAA"), ""},
		{"another body", withBody("bodi", "Shopify-Hmac-Sha256", good), errMismatch.Error()},
		{"no header", withBody("body"), "no X-Shopify-Hmac-Sha256 header"},
	})
}

// The example with which the libraries of Standard Webhooks are tested.
func TestStandardWebhooksTakesItsOwnExample(t *testing.T) {
	t.Parallel()
	const body, good = `{"test": 2432232314}`, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	c := mustDecode(t, "standard_webhooks", `secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`)
	request := func(vendor, signatures string, now time.Duration) *Request {
		r := withBody(body, vendor+"-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek", vendor+"-Timestamp", "1614265330", vendor+"-Signature", signatures)
		r.Now = time.Unix(1614265330, 0).Add(now)
		return r
	}
	mixed := request("Webhook", good, 0)
	mixed.Header.Set("Svix-Id", mixed.Header.Get("Webhook-Id"))
	mixed.Header.Del("Webhook-Id")
	checkAttempts(t, c, []attempt{
		{"the example", request("Webhook", good, 0), ""},
		{"as Svix sends it", request("Svix", good, 0), ""},
		{"another one first", request("Webhook", "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,x "+good, 0), ""},
		{"only of another version", request("Webhook", "v2,"+good[3:], 0), `the Webhook-Signature header does not begin with "v1,"`},
		{"too old", request("Webhook", good, 301*time.Second), "the timestamp is 301s old, tolerance 300s"},
		{"too early", request("Webhook", good, -301*time.Second), "the timestamp is 301s ahead, tolerance 300s"},
		{"headers of two kinds", mixed, "no Webhook-Id header"},
		{"no headers", withBody(body), "no Webhook-Signature header"},
	})
}

// A time that the sender is set up to send is checked, also without a tolerance in
// the file.
func TestGrafanaChecksItsTime(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "grafana", "secret = secret.key\ntimestamp_header = \"x-time\"")
	signed := func(ago time.Duration) *Request {
		at := fmt.Sprint(noon().Add(-ago).Unix())
		return withBody("body", "X-Time", at, "X-Grafana-Alerting-Signature", hmacOf(t, "sha256", testKey, at+":body"))
	}
	bare := withBody("body", "X-Grafana-Alerting-Signature", hmacOf(t, "sha256", testKey, "body"))
	checkAttempts(t, c, []attempt{
		{"now", signed(0), ""},
		{"too old", signed(6 * time.Minute), "the timestamp is 360s old, tolerance 300s"},
		{"without a time", bare, "no X-Time header"},
	})
	checkAttempts(t, mustDecode(t, "grafana", "secret = secret.key"), []attempt{{"not set up for a time", bare, ""}})
}
