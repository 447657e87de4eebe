package main

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	twilio "github.com/twilio/twilio-go/client"
)

// inBodySenders sign parts of the request in a way of their own.
func inBodySenders() []sender {
	return []sender{
		twilioForm(), twilioJSON(), twilioShared(), mailgun(), mailgunForm(), adyen(), adyenPlatforms(), braintree(), contentful(),
		cloudinary("", func(text string) string { sum := sha1.Sum([]byte(text)); return hex.EncodeToString(sum[:]) }),
		cloudinary("sha256", func(text string) string { sum := sha256.Sum256([]byte(text)); return hex.EncodeToString(sum[:]) }),
		bodyToken("figma", `{"event_type":"PING","passcode":"%s"}`, "https://developers.figma.com/docs/rest-api/webhooks-security/", tdNotes),
		bodyToken("microsoft_graph", `{"value":[{"id":"1","clientState":"%[1]s"},{"id":"2","clientState":"%[1]s"}]}`, "https://learn.microsoft.com/graph/change-notifications-delivery-webhooks", "the library msgraph-sdk, ChangeNotification.clientState"),
	}
}

// edit returns a changed copy of a request, and the verdict on it.
func edit(r request, accepted bool, change func(r *request)) variation {
	r = r.clone()
	change(&r)
	return variation{r, accepted}
}

func replaceBody(old, text string) func(r *request) {
	return func(r *request) {
		if !strings.Contains(r.Body, old) {
			panic(old + " is not in " + r.Body)
		}
		r.Body = strings.Replace(r.Body, old, text, 1)
	}
}

const formType = "application/x-www-form-urlencoded"

// twilioForm is a received message.
func twilioForm() sender {
	s := overBody("twilio", "X-Twilio-Signature", "", nil)
	s.url, s.body, s.signs = "https://hooks.example.com/sms?shop=1&lang=de", "To=%2B18005551212&From=%2B12349013030&Body=Gr%C3%BC%C3%9Fe&NumMedia=0", []string{"url", "body"}
	s.sign = func(r *request, secret string, _ time.Time) {
		form, err := url.ParseQuery(r.Body)
		if err != nil {
			panic(err)
		}
		signed, names := r.URL, make([]string, 0, len(form))
		for name := range form {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			signed += name + form.Get(name)
		}
		r.Header["Content-Type"], r.Header[s.signature] = formType, base64Sum1(secret, signed)
	}
	s.more = func(genuine request) map[string]variation {
		withPort := genuine.clone()
		withPort.URL = strings.Replace(withPort.URL, "example.com", "example.com:443", 1)
		s.sign(&withPort, s.secret, time.Time{})
		withPort.URL = genuine.URL
		return map[string]variation{
			"signed with the port":  {withPort, true},
			"a field more":          edit(genuine, false, func(r *request) { r.Body += "&Extra=1" }),
			"another recipient":     edit(genuine, false, replaceBody("18005551212", "18005551213")),
			"fields in other order": edit(genuine, true, func(r *request) { r.Body = "NumMedia=0&" + strings.TrimSuffix(r.Body, "&NumMedia=0") }),
		}
	}
	s.judgedBy = "github.com/twilio/twilio-go, RequestValidator.ValidateBody"
	s.accepts = func(r request, secret string) error {
		v := twilio.NewRequestValidator(secret)
		return verdict(v.ValidateBody(r.URL, []byte(r.Body), r.header().Get("X-Twilio-Signature")))
	}
	return s
}

// twilioJSON has a digest of the body in the query.
func twilioJSON() sender {
	s := twilioForm().as("twilio", "json")
	s.body, s.more = `{"event":"onMessageAdded"}`, nil
	digest := sha256.Sum256([]byte(s.body))
	s.url = "https://hooks.example.com/chat?bodySHA256=" + hex.EncodeToString(digest[:])
	s.sign = func(r *request, secret string, _ time.Time) {
		r.Header["X-Twilio-Signature"] = base64Sum1(secret, r.URL)
	}
	return s
}

// twilioShared signs with a shared key.
func twilioShared() sender {
	s := twilioForm().as("twilio", "shared-key")
	s.judgedBy, s.accepts, s.more = "", nil, nil
	s.readings = []string{"https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys", "twilio/twilio-node, examples/WebhookSignatureValidation.md"}
	s.config = "secret = \"an-auth-token-0123456789\"\nshared_key = \"%s\""
	s.sign = func(r *request, secret string, _ time.Time) {
		form, err := url.ParseQuery(r.Body)
		if err != nil {
			panic(err)
		}
		signed := r.URL
		for _, name := range []string{"Body", "From", "NumMedia", "To"} {
			signed += name + form.Get(name)
		}
		r.Header["Content-Type"] = formType
		r.Header["X-Twilio-Webhooks-Signature-Settings"] = "key=WK0123456789,algorithm=HMAC_SHA256"
		r.Header["X-Twilio-Signature"] = base64Sum(secret, signed)
	}
	return s
}

const mailgunToken = "50c6a9d8a2f5d1d1a3f0d3a1f8b1f6b7e5a3c2d1f4e6b8a9c0"

// mailgun signs a time and a token, and not the body.
func mailgun() sender {
	s := overBody("mailgun", "", "", nil, "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks", "mailgun/mailgun-go at 02ff37c7, webhooks.go")
	s.config = "secret = \"%s\"\ntolerance = \"10m\""
	s.tolerance, s.signs, s.unjudged = 10*time.Minute, nil, []string{"body changed"}
	s.sign = func(r *request, secret string, at time.Time) {
		r.Body = fmt.Sprintf(`{"signature":{"timestamp":"%s","token":"%s","signature":"%s"},"event-data":{"event":"delivered"}}`, unix(at), mailgunToken, hexSum(secret, unix(at), mailgunToken))
	}
	s.spoil = func(r *request) { replaceBody(`"signature":"`, `"signature":"00`)(r) }
	s.more = func(genuine request) map[string]variation {
		return map[string]variation{
			"another token":  edit(genuine, false, replaceBody("50c6", "50c7")),
			"another time":   edit(genuine, false, replaceBody(`"timestamp":"17`, `"timestamp":"18`)),
			"no signature":   edit(genuine, false, replaceBody(`"signature":{`, `"sign":{`)),
			"another event":  edit(genuine, true, replaceBody("delivered", "opened")),
			"two signatures": edit(genuine, false, replaceBody(`"event-data"`, `"signature":{},"event-data"`)),
		}
	}
	return s
}

func mailgunForm() sender {
	s := mailgun().as("mailgun", "form")
	s.sign = func(r *request, secret string, at time.Time) {
		r.Header["Content-Type"] = formType
		r.Body = "sender=a%40example.com&timestamp=" + unix(at) + "&token=" + mailgunToken + "&signature=" + hexSum(secret, unix(at), mailgunToken)
	}
	s.spoil = func(r *request) { replaceBody("signature=", "signature=00")(r) }
	s.more = func(genuine request) map[string]variation {
		return map[string]variation{
			"another token": edit(genuine, false, replaceBody("50c6", "50c7")),
			"two tokens":    edit(genuine, false, func(r *request) { r.Body += "&token=" + mailgunToken }),
		}
	}
	return s
}

// adyen signs some fields of each item.
func adyen() sender {
	s := overBody("adyen", "", "", nil, "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures/", "Adyen/adyen-node-api-library at 0f50ac7f, src/utils/hmacValidator.ts")
	s.secret, s.signs, s.unjudged = "44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056", nil, []string{"body changed"}
	s.sign = func(r *request, secret string, _ time.Time) {
		key, err := hex.DecodeString(secret)
		if err != nil {
			panic(err)
		}
		item := func(psp string) string {
			signed := psp + "::TestMerchant:order-1:1130:EUR:AUTHORISATION:true"
			return fmt.Sprintf(`{"NotificationRequestItem":{"pspReference":"%s","merchantAccountCode":"TestMerchant","merchantReference":"order-1","amount":{"value":1130,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true","reason":"ok","additionalData":{"hmacSignature":"%s"}}}`, psp, base64Sum(string(key), signed))
		}
		r.Body = `{"live":"false","notificationItems":[` + item("7914073381342284") + "," + item("7914073381342285") + `]}`
	}
	s.spoil = func(r *request) { replaceBody(`"hmacSignature":"`, `"hmacSignature":"AA`)(r) }
	s.more = func(genuine request) map[string]variation {
		return map[string]variation{
			"another amount":      edit(genuine, false, replaceBody("1130", "1131")),
			"another success":     edit(genuine, false, replaceBody(`"success":"true"`, `"success":"false"`)),
			"the second changed":  edit(genuine, false, replaceBody("7914073381342285", "7914073381342286")),
			"another reason":      edit(genuine, true, replaceBody(`"reason":"ok"`, `"reason":"no"`)),
			"one without":         edit(genuine, false, replaceBody("hmacSignature", "hmac")),
			"no items":            edit(genuine, false, func(r *request) { r.Body = `{"live":"false","notificationItems":[]}` }),
			"no JSON":             edit(genuine, false, func(r *request) { r.Body = "x" }),
			"an item that is odd": edit(genuine, false, replaceBody(`[{`, `["x",{`)),
		}
	}
	return s
}

// adyenPlatforms signs the body in a header.
func adyenPlatforms() sender {
	s := overBody("adyen", "Hmacsignature", "", nil, "https://docs.adyen.com/platforms/webhooks/verify/", "Adyen/adyen-node-api-library at 0f50ac7f, src/utils/hmacValidator.ts").as("adyen", "platforms")
	s.secret = adyen().secret
	s.sign = func(r *request, secret string, _ time.Time) {
		key, err := hex.DecodeString(secret)
		if err != nil {
			panic(err)
		}
		r.Header["Hmacsignature"] = base64Sum(string(key), r.Body)
	}
	return s
}

func braintree() sender {
	s := overBody("braintree", "", "", nil, "https://developer.paypal.com/braintree/docs/guides/webhooks/parse", "braintree/braintree_node at 0a5b10bb, lib/braintree/webhook_notification_gateway.js")
	s.config = "public_key = \"integration_public_key\"\nsecret = \"%s\""
	s.signs, s.unjudged = nil, []string{"body changed"}
	s.sign = func(r *request, secret string, _ time.Time) {
		payload := base64.StdEncoding.EncodeToString([]byte("<notification><kind>check</kind></notification>"))
		key := sha1.Sum([]byte(secret))
		signature := "other|" + hexSum1("x", payload) + "&integration_public_key|" + hexSum1(string(key[:]), payload)
		r.Header["Content-Type"] = formType
		r.Body = url.Values{"bt_signature": {signature}, "bt_payload": {payload}}.Encode()
	}
	s.spoil = func(r *request) { replaceBody("integration_public_key%7C", "integration_public_key%7C00")(r) }
	s.more = func(genuine request) map[string]variation {
		return map[string]variation{
			"another payload":    edit(genuine, false, replaceBody("bt_payload=P", "bt_payload=Q")),
			"another public key": edit(genuine, false, replaceBody("integration_public_key", "integration_public_kez")),
			"no signature":       edit(genuine, false, replaceBody("bt_signature", "bt_sig")),
			"two payloads":       edit(genuine, false, func(r *request) { r.Body += "&bt_payload=x" }),
			"a line more":        edit(genuine, false, replaceBody("bt_payload=P", "bt_payload=%0AP")),
		}
	}
	return s
}

// contentful signs a canonical form of the request.
func contentful() sender {
	s := overBody("contentful", "X-Contentful-Signature", "", nil, "https://www.contentful.com/developers/docs/extensibility/webhooks/request-verification/", "contentful/node-apps-toolkit at 01e9d095, src/requests/utils.ts and sign-request.ts")
	s.secret = strings.Repeat("a1b2c3d4", 8)
	s.url, s.signs = "https://hooks.example.com/in?a=b%20c&d='x'", []string{"body", "url", "method"}
	s.tolerance, s.future, s.stamp = 30*time.Second, true, unixMilli
	s.sign = func(r *request, secret string, at time.Time) {
		// What encodeURI of querystring.escape of the query is.
		const path = "/in?a%253Db%252520c%2526d%253D'x'"
		r.Header["X-Contentful-Topic"] = "ContentManagement.Entry.publish"
		r.Header["X-Contentful-Signed-Headers"] = "x-contentful-topic,x-contentful-signed-headers,x-contentful-timestamp"
		r.Header["X-Contentful-Timestamp"] = unixMilli(at)
		headers := "x-contentful-signed-headers:" + r.Header["X-Contentful-Signed-Headers"] + ";x-contentful-timestamp:" + unixMilli(at) + ";x-contentful-topic:ContentManagement.Entry.publish"
		r.Header[s.signature] = hexSum(secret, r.Method, "\n", path, "\n", headers, "\n", r.Body)
	}
	s.more = func(genuine request) map[string]variation {
		return map[string]variation{
			"another topic":         edit(genuine, false, func(r *request) { r.Header["X-Contentful-Topic"] += "x" }),
			"a header that is free": edit(genuine, true, func(r *request) { r.Header["X-Contentful-Webhook-Name"] = "x" }),
		}
	}
	return s
}

// cloudinary hashes the secret behind the body and the time.
func cloudinary(variant string, hash func(string) string) sender {
	s := overBody("cloudinary", "X-Cld-Signature", "", nil, "https://cloudinary.com/documentation/notifications", "cloudinary/cloudinary_npm at f75fb55, lib/utils/index.js").as("cloudinary", variant)
	s.tolerance, s.future, s.stamp = 2*time.Hour, true, unix
	s.sign = func(r *request, secret string, at time.Time) {
		r.Header["X-Cld-Timestamp"] = unix(at)
		r.Header[s.signature] = hash(r.Body + unix(at) + secret)
	}
	return s
}

// bodyToken is a sender that puts the secret into the body.
func bodyToken(preset, body string, readings ...string) sender {
	s := overBody(preset, "", "", nil, readings...)
	s.signs, s.unjudged = nil, []string{"body changed"}
	s.sign = func(r *request, secret string, _ time.Time) { r.Body = fmt.Sprintf(body, secret) }
	s.spoil = func(r *request) { replaceBody("the-secret", "the-sekret")(r) }
	s.more = func(genuine request) map[string]variation {
		return map[string]variation{
			"no JSON":      edit(genuine, false, func(r *request) { r.Body = "x" }),
			"an empty one": edit(genuine, false, func(r *request) { r.Body = "{}" }),
			"of two, one without": edit(genuine, false, func(r *request) {
				last := strings.LastIndex(r.Body, "the-secret")
				r.Body = r.Body[:last] + "x" + r.Body[last+1:]
			}),
		}
	}
	return s
}
