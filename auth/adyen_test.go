package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"testing"
)

// An empty member of an item is signed as an empty text. A value of another kind in
// its place is not the same.
func TestAdyenRefusesValuesThatAreNotSigned(t *testing.T) {
	t.Parallel()
	c := mustDecode(t, "adyen", `secret = "6b657920666f72207465737473"`)
	mac := hmac.New(sha256.New, []byte("key for tests"))
	mac.Write([]byte("psp::shop:order:::AUTHORISATION:true"))
	signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	item := func(members string) *Request {
		return withBody(`{"notificationItems":[{"NotificationRequestItem":{"pspReference":"psp","merchantAccountCode":"shop","merchantReference":"order",` + members +
			`"eventCode":"AUTHORISATION","success":"true","additionalData":{"hmacSignature":"` + signature + `"}}}]}`)
	}
	checkAttempts(t, c, []attempt{
		{"genuine", item(``), ""},
		{"an empty text", item(`"originalReference":"",`), ""},
		{"null", item(`"originalReference":null,"amount":null,`), ""},
		{"another text", item(`"originalReference":"x",`), "the signature of notification item 0 does not match"},
		{"a list", item(`"originalReference":["x"],`), "notification item 0: the member originalReference is neither a text nor a number"},
		{"an object", item(`"amount":{"value":{"a":1}},`), "notification item 0: the member value is neither a text nor a number"},
		{"a bool", item(`"amount":{"currency":true},`), "notification item 0: the member currency is neither a text nor a number"},
		{"an amount as text", item(`"amount":"12 EUR",`), "notification item 0: the member amount is no object"},
	})
}
