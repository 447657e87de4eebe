package auth

import (
	"strings"
	"testing"
)

// Received messages with attachments are multipart forms.
func TestMailgunReadsMultipartForms(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "mailgun", `secret = secret.key`)
	part := func(head, text string) string {
		return "--b\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + text + "\r\n"
	}
	form := func(signature string) *Request {
		body := part(`name="timestamp"`, "1773489600") + part(`name="attachment-1"; filename="token"`, "a file") + part(`name="token"`, "a-token") +
			part(`name="signature"`, signature) + "--b--\r\n"
		return withBody(body, "Content-Type", "multipart/form-data; boundary=b")
	}
	good := hmacOf(t, "sha256", testKey, "1773489600a-token")
	cut := form(good)
	cut.Body = cut.Body[:len(cut.Body)-40]
	long := form(good)
	long.Body = []byte(part(`name="text"`, strings.Repeat("x", maxFormText+1)) + string(long.Body))
	checkAttempts(t, c, []attempt{
		{"genuine", form(good), ""},
		{"another signature", form(flip(good)), errMismatch.Error()},
		{"cut", cut, "the fields of the form are not whole, or longer than 1048576 bytes"},
		{"too long", long, "the fields of the form are not whole, or longer than 1048576 bytes"},
		{"no form", withBody("x", "Content-Type", "text/plain"), "the body is no form"},
		{"no type", withBody("x"), "the body has no type"},
		{"JSON without a signature", withBody("{}", "Content-Type", "application/json"), "the body has no member signature"},
	})
}

// The token is the key of dedupe, so a digit that is moved between the time and the
// token must not give a second one for the same signature.
func TestMailgunTokenHasOneBeginning(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "mailgun", `secret = secret.key`)
	signature := hmacOf(t, "sha256", testKey, "17734896001token")
	event := func(at, token string) *Request {
		return withBody(`{"signature":{"timestamp":"`+at+`","token":"`+token+`","signature":"`+signature+`"}}`, "Content-Type", "application/json")
	}
	const wrongTime = "the timestamp of the signature is not of 10 digits"
	checkAttempts(t, c, []attempt{
		{"genuine", event("1773489600", "1token"), ""},
		{"a digit moved to the token", event("177348960", "01token"), wrongTime},
		{"a digit moved to the time", event("17734896001", "token"), wrongTime},
		{"no time", event("", "17734896001token"), wrongTime},
		{"no token", event("1773489600", ""), "the signature has no token"},
	})
}
