package auth

import (
	"slices"
	"testing"
)

// Values of one name are signed once each, in order.
func TestTwilioFieldsWithSeveralValues(t *testing.T) {
	t.Parallel()
	r := withBody("B=2&A=z&A=a&A=z&B=", "Content-Type", "application/x-www-form-urlencoded")
	if got, err := twilioFields(r); got != "AaAzBB2" || err != nil {
		t.Errorf("signed %q, %v", got, err)
	}
}

func TestTwilioURLs(t *testing.T) {
	t.Parallel()
	cases := []struct {
		public string
		want   []string
	}{
		{"https://a.example", []string{"https://a.example/x", "https://a.example:443/x"}},
		{"https://a.example:443/in", []string{"https://a.example:443/in/x", "https://a.example/in/x"}},
		{"http://a.example", []string{"http://a.example/x", "http://a.example:80/x"}},
		{"https://a.example:8443", []string{"https://a.example:8443/x"}},
		{"https://[2001:db8::1]", []string{"https://[2001:db8::1]/x", "https://[2001:db8::1]:443/x"}},
	}
	for _, tc := range cases {
		if got := twilioURLs(tc.public, "/x"); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.public, got, tc.want)
		}
	}
}

func TestTwilioRefuses(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "twilio", `secret = secret.key`)
	const sig = "X-Twilio-Signature"
	request := func(uri, body string, fields ...string) *Request {
		r := withBody(body, append([]string{sig, "AAAA"}, fields...)...)
		r.PublicURL, r.URI = "https://hooks.example.com", uri
		return r
	}
	unknown := request("/", "")
	unknown.PublicURL = ""
	checkAttempts(t, c, []attempt{
		{"a kind of key that is not set", request("/", "", twilioSettings, "key=1,algorithm=HMAC_SHA256"), "the request is signed with a kind of key that is not set"},
		{"JSON without a digest", request("/", "{}", "Content-Type", "application/json"), "the body is no form, and the query has no digest of it"},
		{"another digest", request("/?bodySHA256=00", "{}"), "the body does not have the digest in the query"},
		{"two digests", request("/?bodySHA256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855&bodySHA256=00", ""), "the body does not have the digest in the query"},
		{"no public URL", unknown, "the public URL is not known; set public_url of the block gateway"},
		{"a wrong signature", request("/", ""), errMismatch.Error()},
	})
}
