package auth

import (
	"encoding/base64"
	"testing"
	"time"
)

func TestBoxSignsTheBodyInTwoForms(t *testing.T) {
	t.Parallel()
	const body, escaped = `{"name":"Grüße 😀","path":"a/b","url":"c\/d"}`, `{"name":"Gr\u00fc\u00dfe \ud83d\ude00","path":"a\/b","url":"c\/d"}`
	c := mustDecode(t, "box", "secret = [secret.old, secret.key]")
	at := noon().Format(time.RFC3339)
	signed := func(header, text string) *Request {
		return withBody(body, "Box-Delivery-Timestamp", at, header, base64.StdEncoding.EncodeToString(sumOf(t, "sha256", testKey, text+at)))
	}
	checkAttempts(t, c, []attempt{
		{"as it came", signed("Box-Signature-Primary", body), ""},
		{"escaped", signed("Box-Signature-Primary", escaped), ""},
		{"escaped, by the second key", signed("Box-Signature-Secondary", escaped), ""},
		{"another body", signed("Box-Signature-Primary", escaped+" "), errMismatch.Error()},
	})
}
