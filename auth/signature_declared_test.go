package auth

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
)

const signedHead = "secret = secret.key\nheader = \"X-Sig\"\n"

func TestDeclaredTimeInTheHeaderOfTheSignature(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "hmac", signedHead+"prefix = \"v1=\"\ntimestamp_field = \"t\"\npayload = \"${timestamp}.${webhook.raw}\"")
	at := func(ago time.Duration) string { return fmt.Sprint(noon().Add(-ago).Unix()) }
	signed := func(at string) *Request {
		return withBody("b", "X-Sig", "t="+at+",v1="+hmacOf(t, "sha256", oldKey, at+".b")+",v1="+hmacOf(t, "sha256", testKey, at+".b"))
	}
	sum := hmacOf(t, "sha256", testKey, at(0)+".b")
	checkAttempts(t, c, []attempt{
		{"now", signed(at(0)), ""},
		{"too old", signed(at(6 * time.Minute)), "the timestamp is 360s old, tolerance 300s"},
		{"too early", signed(at(-6 * time.Minute)), "the timestamp is 360s ahead, tolerance 300s"},
		{"the time last", withBody("b", "X-Sig", "v1="+sum+", t="+at(0)), ""},
		{"another time", withBody("b", "X-Sig", "t="+at(time.Second)+",v1="+sum), errMismatch.Error()},
		{"no time", withBody("b", "X-Sig", "v1="+sum), `the X-Sig header has no item "t"`},
		{"two times", withBody("b", "X-Sig", "t="+at(0)+",t="+at(0)+",v1="+sum), `the X-Sig header has more than one item "t"`},
		{"no signature", withBody("b", "X-Sig", "t="+at(0)), `the X-Sig header has no item that begins with "v1="`},
	})
}

func TestDeclaredTimeMayBeAhead(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "hmac", signedHead+"allow_future = true\ntimestamp_header = \"X-Time\"\ntimestamp_format = \"unix_ms\"\npayload = \"${timestamp}${webhook.raw}\"")
	signed := func(at string) *Request {
		return withBody("b", "X-Time", at, "X-Sig", hmacOf(t, "sha256", testKey, at+"b"))
	}
	milli := func(ago time.Duration) string { return fmt.Sprint(noon().Add(-ago).UnixMilli()) }
	checkAttempts(t, c, []attempt{
		{"a year ahead", signed(milli(-365 * 24 * time.Hour)), ""},
		{"too old", signed(milli(time.Hour)), "the timestamp is 3600s old, tolerance 300s"},
		{"seconds", signed(fmt.Sprint(noon().Unix())), "the timestamp is 1771716111s old, tolerance 300s"},
		{"RFC 3339", signed(noon().Format(time.RFC3339)), "the timestamp is no time in Unix milliseconds"},
	})
}

func TestDeclaredTimeInTheBody(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "hmac", signedHead+"timestamp_member = \"meta.at\"")
	signed := func(body string) *Request {
		return withBody(body, "X-Sig", hmacOf(t, "sha256", testKey, body))
	}
	forged := signed(`{"meta":{"at":1773489600}}`)
	forged.Body = []byte(`{"meta":{"at":1773489601}}`)
	checkAttempts(t, c, []attempt{
		{"a number", signed(`{"meta":{"at":1773489600}}`), ""},
		{"a text", signed(`{"meta":{"at":"2026-03-14T12:01:00Z"}}`), ""},
		{"too old", signed(`{"meta":{"at":1773480000}}`), "the timestamp is 9600s old, tolerance 300s"},
		{"missing", signed(`{"at":1773489600}`), "the body has no member meta.at"},
		{"an object", signed(`{"meta":{"at":{}}}`), "the member meta.at of the body is neither a text nor a number"},
		{"not JSON", signed(`at=1`), "the body is not JSON"},
		{"made new after signing", forged, errMismatch.Error()},
	})
}

func TestDeclaredURLAndMethod(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "hmac", signedHead+`payload = "${webhook.method} ${public_url}${webhook.url}\n${webhook.raw}"`)
	if !SignsURL(c) || SignsURL(mustDecode(t, "hmac", strings.TrimSpace(signedHead))) {
		t.Error("it is not told whether the URL is signed")
	}
	sum := hmacOf(t, "sha256", testKey, "POST https://hooks.example.com/in?a=%2F&b\nbody")
	request := func(method, base, uri string) *Request {
		r := withBody("body", "X-Sig", sum)
		r.Method, r.PublicURL, r.URI = method, base, uri
		return r
	}
	checkAttempts(t, c, []attempt{
		{"as signed", request("POST", "https://hooks.example.com", "/in?a=%2F&b"), ""},
		{"another method", request("PUT", "https://hooks.example.com", "/in?a=%2F&b"), errMismatch.Error()},
		{"another host", request("POST", "https://hooks.example.org", "/in?a=%2F&b"), errMismatch.Error()},
		{"another query", request("POST", "https://hooks.example.com", "/in?a=%2F&c"), errMismatch.Error()},
		{"another spelling", request("POST", "https://hooks.example.com", "/in?a=/&b"), errMismatch.Error()},
		{"no public URL", request("POST", "", "/in?a=%2F&b"), "the public URL is not known; set public_url of the block gateway"},
	})
}

func TestDeclaredSecretEncodings(t *testing.T) {
	t.Parallel()
	const key = "\x00\xff 24 bytes of any kind"
	texts := map[string]string{
		"hex": hex.EncodeToString([]byte(key)), "base64": base64.StdEncoding.EncodeToString([]byte(key)),
		"base64url": base64.RawURLEncoding.EncodeToString([]byte(key)), "whsec": "whsec_" + base64.StdEncoding.EncodeToString([]byte(key)),
	}
	for encoding, text := range texts {
		c := mustDecode(t, "hmac", fmt.Sprintf("secret = %q\nheader = \"X-Sig\"\nsecret_encoding = %q", text, encoding))
		checkAttempts(t, c, []attempt{
			{encoding, withBody("b", "X-Sig", hmacOf(t, "sha256", key, "b")), ""},
			{encoding + " as text", withBody("b", "X-Sig", hmacOf(t, "sha256", text, "b")), errMismatch.Error()},
		})
	}
}

// A separator of the defaults that the prefix holds splits nothing.
func TestDeclaredPrefixWithAComma(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "hmac", signedHead+`prefix = "a,b="`)
	checkAttempts(t, c, []attempt{{"one signature", withBody("b", "X-Sig", "a,b="+hmacOf(t, "sha256", testKey, "b")), ""}})
}

func TestDeclaredFindsMistakes(t *testing.T) {
	t.Parallel()
	checkFindings(t, "hmac", []finding{
		{"a separator in the prefix", signedHead + "separator = \"=\"\nprefix = \"v1=\"", hcl.DiagError, "Separator in the prefix", "between two signatures", "4:13-4:16"},
		{"two times", signedHead + "timestamp_header = \"X-Time\"\ntimestamp_field = \"t\"", hcl.DiagError, "Two times", `Remove "timestamp_header" or "timestamp_field".`, "5:19-5:22"},
		{"an empty field", signedHead + "timestamp_field = \"\"", hcl.DiagError, "No name", "under which the sender", "4:19-4:21"},
		{"a field that is not signed", signedHead + "timestamp_field = \"t\"", hcl.DiagWarning, "Time not signed", "does not hold timestamp,", "4:19-4:22"},
		{"a format without a time", signedHead + "timestamp_format = \"unix\"", hcl.DiagError, "Setting without a time", `remove "timestamp_format"`, "4:20-4:26"},
		{"a member in the payload", signedHead + "timestamp_member = \"t\"\npayload = \"${timestamp}${webhook.raw}\"", hcl.DiagError, "Time is part of the body", "Remove timestamp", "5:11-5:39"},
		{"not base64", signedHead + "secret_encoding = \"base64\"", hcl.DiagError, `Wrong value for "secret"`, "It is not base64.", "2:10-2:20"},
		{"not whsec", signedHead + "secret_encoding = \"whsec\"", hcl.DiagError, `Wrong value for "secret"`, "with or without the prefix whsec_", "2:10-2:20"},
		{"a short key", "secret = \"AAAA\"\nheader = \"X-Sig\"\nsecret_encoding = \"base64\"", hcl.DiagWarning, `Doubtful value for "secret"`, "shorter than 8 bytes", "2:10-2:16"},
	})
}

func TestPublicKeyVerifies(t *testing.T) {
	t.Parallel()
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))
	public := base64.StdEncoding.EncodeToString(private.Public().(ed25519.PublicKey))
	c := mustDecode(t, "signature", fmt.Sprintf("public_key = %q\nheader = \"X-Sig\"\ntimestamp_header = \"X-Time\"\npayload = \"${timestamp}.${webhook.raw}\"", public))
	at := fmt.Sprint(noon().Unix())
	sign := func(text string) string {
		return base64.StdEncoding.EncodeToString(ed25519.Sign(private, []byte(text)))
	}
	checkAttempts(t, c, []attempt{
		{"as signed", withBody("b", "X-Time", at, "X-Sig", sign(at+".b")), ""},
		{"the second of two", withBody("b", "X-Time", at, "X-Sig", sign("x")+", "+sign(at+".b")), ""},
		{"another body", withBody("c", "X-Time", at, "X-Sig", sign(at+".b")), errMismatch.Error()},
		{"too short", withBody("b", "X-Time", at, "X-Sig", "AAAA"), "the X-Sig header holds no ed25519 signature in base64"},
	})
}

func TestPublicKeyFindsMistakes(t *testing.T) {
	t.Parallel()
	checkFindings(t, "signature", []finding{
		{"no base64", "public_key = \"?\"\nheader = \"X-Sig\"", hcl.DiagError, `Wrong value for "public_key"`, "It is neither base64 nor PEM.", "2:14-2:17"},
		{"no key", "public_key = \"AAAA\"\nheader = \"X-Sig\"", hcl.DiagError, `Wrong value for "public_key"`, "It holds no public key.", "2:14-2:20"},
		{"a key of another algorithm", "algorithm = \"rsa_sha256\"\npublic_key = \"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\nheader = \"X-Sig\"", hcl.DiagError, `Wrong value for "public_key"`, "It holds no public key for rsa_sha256.", "3:14-3:76"},
	})
}
