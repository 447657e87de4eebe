package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// FuzzVerify sends requests to every kind. No check panics or accepts a request
// that a simple second implementation refuses, and no reason holds a secret or
// text of the request.
func FuzzVerify(f *testing.F) {
	const body, at = `{"order": "A-1"}`, "1773489600"
	hexSum := hmacOf(f, "sha256", testKey, body)
	base64Sum := base64.StdEncoding.EncodeToString(sumOf(f, "sha512", testKey, at+"."+body))
	f.Add(basicHeader("shop:"+testKey), testKey, "sha256="+hexSum, at, []byte(body))
	f.Add("Bearer "+testKey, "", "sha256=", "", []byte(nil))
	f.Add("bearer token-17", "token-17", base64Sum, at, []byte(body))
	f.Add("Basic Og==", "\x00", "sha256="+strings.ToUpper(hexSum), "2026-03-14T12:00:00Z", []byte("\xff"))
	f.Add("Basic", " ", base64Sum+"==", "99999999999", []byte(body))
	f.Add("Basic dGVzdDoxMjPCow", "==", "sha256="+hexSum[1:], "Sat, 14 Mar 2026 12:00:00 GMT", []byte(body))

	checks := map[string]Check{
		"basic":  mustDecode(f, "basic", "username = \"shop\"\npassword = [secret.key, secret.old]"),
		"bearer": mustDecode(f, "bearer", "token = \"token-17\""),
		"header": mustDecode(f, "header", "name = \"X-Key\"\nvalue = [secret.key, secret.old]"),
		"query":  mustDecode(f, "query", "name = \"key\"\nvalue = secret.key"),
		"github": mustDecode(f, "github", "secret = [secret.old, secret.key]"),
		"hmac": mustDecode(f, "hmac", "secret = secret.key\nheader = \"X-Sig\"\nencoding = \"base64\"\nalgorithm = \"sha512\"\n"+
			"timestamp_header = \"X-Time\"\npayload = \"${webhook.headers[\"X-Time\"]}.${webhook.raw}\""),
	}
	f.Fuzz(func(t *testing.T, authorization, value, signed, at string, body []byte) {
		r := &Request{Body: body, Now: noon(), Query: url.Values{"key": {value}}, Header: http.Header{
			"Authorization": {authorization}, "X-Key": {value}, "X-Hub-Signature-256": {signed}, "X-Sig": {signed}, "X-Time": {at},
		}}
		for kind, c := range checks {
			err := c.Verify(t.Context(), r)
			if (err == nil) != letIn(t, kind, r, value, signed, at) {
				t.Errorf("%s: verified with %v", kind, err)
			}
			if err != nil {
				checkReason(t, kind, err.Error(), authorization, value, signed, at, string(body))
			}
		}
	})
}

// letIn is the second implementation.
func letIn(t *testing.T, kind string, r *Request, value, signed, at string) bool {
	t.Helper()
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	rest = strings.Trim(rest, " ")
	switch kind {
	case "basic":
		text, err := base64.StdEncoding.DecodeString(rest)
		return err == nil && strings.EqualFold(scheme, "basic") && (string(text) == "shop:"+testKey || string(text) == "shop:"+oldKey)
	case "bearer":
		return strings.EqualFold(scheme, "bearer") && rest == "token-17"
	case "header":
		return value == testKey || value == oldKey
	case "query":
		return value == testKey
	case "github":
		sum, err := hex.DecodeString(strings.TrimPrefix(signed, "sha256="))
		return err == nil && strings.HasPrefix(signed, "sha256=") &&
			(bytes.Equal(sum, sumOf(t, "sha256", testKey, string(r.Body))) || bytes.Equal(sum, sumOf(t, "sha256", oldKey, string(r.Body))))
	case "hmac":
		sum := sumOf(t, "sha512", testKey, at+"."+string(r.Body))
		padded := base64.StdEncoding.EncodeToString(sum)
		raw := strings.TrimRight(padded, "=")
		fits := signed == padded || signed == raw || signed == raw+"="
		return fits && isFresh(at, r.Now)
	}
	t.Fatalf("no reading of %q", kind)
	return false
}

// isFresh accepts the times of the seeds; the fuzzer cannot sign others.
func isFresh(at string, now time.Time) bool { return at == fmt.Sprint(now.Unix()) }

// checkReason finds secrets in a reason, and text of the request that is too
// long to occur by chance.
func checkReason(t *testing.T, kind, reason string, sent ...string) {
	t.Helper()
	for _, text := range append(sent, testKey, oldKey, "token-17") {
		if len(text) > 12 && strings.Contains(reason, text) && !strings.Contains(plainReasons, text) {
			t.Errorf("%s: %q holds %q", kind, reason, text)
		}
	}
}

// plainReasons are parts of reasons that a fuzzer can find by itself.
const plainReasons = `the X-Hub-Signature-256 header does not begin with "sha256="` +
	`the X-Sig header holds no sha512 sum in base64; the X-Hub-Signature-256 header holds no sha256 sum in hex` +
	`the Authorization header is not of the scheme Basic; the Authorization header is not of the scheme Bearer`
