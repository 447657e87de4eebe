package auth

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// published is a signed request that a sender publishes, on its page or in the tests
// of its own library.
type published struct {
	name, preset, config string
	source               string // where it is published
	header               []string
	body                 string
	now                  int64  // when it arrives; 0 for a sender without a time
	url                  string // "" for a sender that does not sign it
}

// TestPublishedExamples verifies what senders publish, byte for byte, and refuses it
// with one byte changed.
func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	for _, p := range publishedExamples() {
		t.Run(p.preset+" "+p.name, func(t *testing.T) {
			t.Parallel()
			c, diags := decode(t, p.preset, p.config)
			for _, d := range diags { // some senders publish secrets that are too short to be used
				if d.Severity == hcl.DiagError || !strings.Contains(d.Detail, "shorter than 8 bytes") {
					t.Fatalf("findings: %v", diags)
				}
			}
			if err := c.Verify(t.Context(), p.request(p.body)); err != nil {
				t.Errorf("refused: %v\npublished in %s", err, p.source)
			}
			if c.Verify(t.Context(), p.request(changeLastLetter(p.body))) == nil {
				t.Error("another body is let in")
			}
		})
	}
}

func (p published) request(body string) *Request {
	r := withBody(body, p.header...)
	r.Method = http.MethodPost
	if p.now != 0 {
		r.Now = time.Unix(p.now, 0)
	}
	scheme, rest, _ := strings.Cut(p.url, "://")
	if host, uri, ok := strings.Cut(rest, "/"); ok {
		r.PublicURL, r.URI = scheme+"://"+host, "/"+uri
	}
	return r
}

// changeLastLetter changes the last letter or digit of a body: those after it may
// have a meaning for the format.
func changeLastLetter(body string) string {
	i := strings.LastIndexFunc(body, func(r rune) bool { return r >= 'a' && r <= 'y' || r >= '0' && r <= '8' })
	return body[:i] + string(body[i]+1) + body[i+1:]
}

func publishedExamples() []published {
	const form = "application/x-www-form-urlencoded"
	return append([]published{
		{
			name: "form", preset: "twilio", config: `secret = "12345"`, source: "https://www.twilio.com/docs/usage/webhooks/webhooks-security",
			header: []string{"Content-Type", form, "X-Twilio-Signature", "L/OH5YylLD5NRKLltdqwSvS0BnU="},
			body:   "CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212",
			url:    "https://example.com/myapp.php?foo=1&bar=2",
		},
		{
			name: "form of its library", preset: "twilio", config: `secret = "12345"`, source: "twilio/twilio-node at 45d3d65a, spec/validation.spec.js",
			header: []string{"Content-Type", form, "X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
			body:   "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
			url:    "https://mycompany.com/myapp.php?foo=1&bar=2",
		},
		{
			name: "JSON", preset: "twilio", config: `secret = "12345"`, source: "twilio/twilio-node at 45d3d65a, spec/validation.spec.js",
			header: []string{"Content-Type", "application/json", "X-Twilio-Signature", "a9nBmqA0ju/hNViExpshrM61xv4="},
			body:   `{"property": "value", "boolean": true}`,
			url:    "https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
		},
		{
			name: "notification", preset: "square", config: `secret = "Ibxx_5AKakO-3qeNVR61Dw"`, source: "square/square-nodejs-sdk at c58c6e09, tests/integration/webhooks.test.ts",
			header: []string{"x-square-hmacsha256-signature", "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4="},
			body:   `{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}`,
			url:    "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9",
		},
		{
			name: "webhooks of payments", preset: "adyen", config: `secret = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00"`, source: "Adyen/adyen-go-api-library at fed7311e, src/hmacvalidator/hmacvalidator_test.go",
			header: []string{"Content-Type", "application/json"},
			body:   `{"notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":"ipnxGCaUZ4l8TUW75a71/ghd2Fe5ffvX0pV4TLTntIc="},"amount":{"currency":"EUR","value":1000},"pspReference":"pspReference","originalReference":"originalReference","merchantAccountCode":"merchantAccount","eventCode":"EVENT","success":"true","merchantReference":"reference"}}]}`,
		},
		{
			name: "webhooks of platforms", preset: "adyen", config: `secret = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00"`, source: "Adyen/adyen-go-api-library at fed7311e, src/hmacvalidator/hmacvalidator_test.go",
			header: []string{"HmacSignature", "yitBTPnDGtbAMG9rTxUa1e6lFGpa4PnrD6rErOmEhJ8="},
			// The library signs this body, which is no JSON.
			body: strings.Join([]string{
				"{", `    "type": "merchant.created",`, `    "environment": "test",`, `    "createdAt": "01-01-2024",`, `    "data": {`, `        "capabilities": {`,
				`            "sendToTransferInstrument": {`, `                "requested": true,`, `                "requestedLevel": "notApplicable"`, "            }", "        },",
				`        "companyId": "YOUR_COMPANY_ID",`, `        "merchantId": YOUR_MERCHANT_ACCOUNT",`, `        "status": "PreActive"`, "    }", "}",
			}, "\n"),
		},
	}, append(publishedOverBody(), publishedWithTime()...)...)
}

func publishedOverBody() []published {
	const circleci = "https://circleci.com/docs/guides/integration/outbound-webhooks/#validate-webhooks"
	return []published{
		{
			name: "hello world", preset: "circleci", config: `secret = "secret"`, source: circleci,
			header: []string{"circleci-signature", "v1=734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a"}, body: "hello world",
		},
		{
			name: "lalala", preset: "circleci", config: `secret = "another-secret"`, source: circleci,
			header: []string{"circleci-signature", "v1=daa220016c8f29a8b214fbfc3671aeec2145cfb1e6790184ffb38b6d0425fa00,v2=a,v3=b"}, body: "lalala",
		},
		{
			name: "payload", preset: "circleci", config: `secret = "hunter123"`, source: circleci,
			header: []string{"circleci-signature", "v1=9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa"}, body: "an-important-request-payload",
		},
		{
			name: "body", preset: "razorpay", config: `secret = "123456"`, source: "razorpay/razorpay-node at 9737ef1, test/utils/razorpay-utils.spec.js",
			header: []string{"X-Razorpay-Signature", "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc"}, body: `{"a":1,"b":2,"c":{"d":3}}`,
		},
		{
			name: "body", preset: "line", config: `secret = "test_secret"`, source: "line/line-bot-sdk-nodejs at 3c0a10c7, test/validate-signature.spec.ts",
			header: []string{"x-line-signature", "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM="}, body: `{"hello":"world"}`,
		},
		{
			name: "check of the URL", preset: "line", config: `secret = "8c570fa6dd201bb328f1c1eac23a96d8"`, source: "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/",
			header: []string{"x-line-signature", "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="}, body: `{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}`,
		},
		{
			name: "body", preset: "bitbucket", config: `secret = "It's a Secret to Everybody"`, source: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
			header: []string{"X-Hub-Signature", "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"}, body: "Hello World!",
		},
		{
			name: "verification", preset: "notion", config: `secret = "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"`, source: "https://developers.notion.com/reference/webhooks",
			header: []string{"X-Notion-Signature", "sha256=461e8cbcba8a75c3edd866f0e71280f5a85cbf21eff040ebd10fe266df38a735"},
			body:   `{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}`,
		},
	}
}

func publishedWithTime() []published {
	const boxAt, boxBody = "2020-01-01T00:00:00-07:00", `{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"Test.txt"}}`
	const box, boxTime = "box/box-node-sdk at 7dcf9c2b, tests/lib/managers/webhooks-test.js", 1577862000
	const paddle = "PaddleHQ/paddle-node-sdk at b8ee4b1, src/__tests__/notifications/webhooks-validator.node.test.ts"
	examples := []published{
		{
			name: "one hash", preset: "paddle", config: `secret = "VALID_SECRET"`, source: paddle, now: 1698796800,
			header: []string{"Paddle-Signature", "ts=1698796800;h1=a300428748dce5c70e4da19bffd60769591ea969c99dea3105d0ec9612cf43f9"}, body: `{"data": ["1", "2"]}`,
		},
		{
			name: "several hashes", preset: "paddle", config: `secret = "VALID_SECRET"`, source: paddle, now: 1698796800,
			header: []string{"Paddle-Signature", "ts=1698796800;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h1=28981e941fae76e53db32f3d2a83cb69db41476595e84e1970a1b5d98f62b261;h2=RANDOM_HASH"},
			body:   `{"data": "value"}`,
		},
		{
			name: "primary key", preset: "box", config: `secret = "SamplePrimaryKey"`, source: box, now: boxTime,
			header: []string{"box-delivery-timestamp", boxAt, "box-signature-primary", "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI="}, body: boxBody,
		},
		{
			name: "secondary key", preset: "box", config: `secret = "SampleSecondaryKey"`, source: box, now: boxTime,
			header: []string{"box-delivery-timestamp", boxAt, "box-signature-secondary", "v+1CD1Jdo3muIcbpv5lxxgPglOqMfsNHPV899xWYydo="}, body: boxBody,
		},
		{
			name: "escaped letters", preset: "box", config: `secret = "SamplePrimaryKey"`, source: box, now: boxTime,
			header: []string{"box-delivery-timestamp", boxAt, "box-signature-primary", "LV2uCu+5NJtIHrCXDYgZ0v/PP5THGRuegw3RtdnEyuE="},
			body:   `{"webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"スクリーンショット 2020-08-05.txt"}}`,
		},
		{
			name: "escaped emoji", preset: "box", config: `secret = "SamplePrimaryKey"`, source: box, now: boxTime,
			header: []string{"box-delivery-timestamp", boxAt, "box-signature-primary", "xF/SDZosX4le+v4A0Qn59sZhuD1RqY5KRUKzVMSbh0E="},
			body:   `{"webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"😀 2020-08-05.txt"}}`,
		},
		{
			name: "escaped URL", preset: "box", config: `secret = "SamplePrimaryKey"`, source: box, now: boxTime,
			header: []string{"box-delivery-timestamp", boxAt, "box-signature-primary", "+hKJH+wxkEBpkQRag11Ij1Wh4+7QrgUeRe0PPSoGWOI="},
			body:   `{"webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"Test.txt","shared_link":{"url":"https://app.test.com/s/test123"}}}`,
		},
		{
			name: "payload", preset: "mux", config: `secret = "SuperSecret123"`, source: "https://hexdocs.pm/mux/Mux.Webhooks.TestUtils.html", now: 1591664030,
			header: []string{"Mux-Signature", "t=1591664030,v1=e43496b6aae982c4c2fd6f8e92935f1d90216f1f64d56024e72390acfb988272"}, body: "payload",
		},
		{
			name: "contact", preset: "hubspot", config: `secret = "cfc68c0b-4b4e-4ef8-b764-95350e4ea479"`, source: "https://developers.hubspot.com/docs/api/webhooks/error-handling", now: 1752613922,
			header: []string{"X-HubSpot-Request-Timestamp", "1752613922216", "X-HubSpot-Signature-V3", "gbj1XPRvUt0noT7i7fXfTzOD4sLzQmf0VT28ZYq0EYg="},
			body:   `[{"eventId":531833541,"subscriptionId":3923621,"portalId":48807704,"appId":16111050,"occurredAt":1752613920733,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":138017612137,"changeFlag":"CREATED","changeSource":"CRM_UI","sourceId":"userId:76023669"}]`,
			url:    "https://webhook.site/335453f5-94b3-49d9-b684-a55354d4b8df",
		},
		{
			name: "event", preset: "openai", config: `secret = "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c="`, source: "openai/openai-node at 7b7d6ca7, tests/lib/webhooks.test.ts", now: 1750861210,
			header: []string{"webhook-id", "wh_685c059ae39c8190af8c71ed1022a24d", "webhook-timestamp", "1750861210", "webhook-signature", "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY="},
			body:   `{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": 1750861210, "type": "response.completed", "data": {"id": "resp_123"}}`,
		},
		{
			name: "event with its line break", preset: "sendgrid", source: "sendgrid/sendgrid-nodejs at 498e232, packages/eventwebhook/src/eventwebhook.spec.js", now: 1600112502,
			config: `public_key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="`,
			header: []string{
				"X-Twilio-Email-Event-Webhook-Timestamp", "1600112502",
				"X-Twilio-Email-Event-Webhook-Signature", "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
			},
			body: `[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]` + "\r\n",
		},
		{
			name: "SHA-256", preset: "cloudinary", config: `secret = "hardcoded"`, source: "cloudinary/cloudinary_npm at f75fb55, test/utils/utils_spec.js",
			header: []string{"X-Cld-Timestamp", "7952342400000", "X-Cld-Signature", "6c5a29fd8815772fbac2f10ae741e093d0859313947ef8fadeb29126ded6649c"},
			body:   `{"public_id":"b8sjhoslj8cq8ovoa0ma","version":"1555337587","width":1000,"height":800}`,
		},
	}
	for _, preset := range []string{"standard_webhooks", "clerk", "resend"} { // that Svix sends
		examples = append(examples, published{
			name: "ping of Svix", preset: preset, config: `secret = "whsec_plJ3nmyCDGBKInavdOK15jsl"`, source: "https://docs.svix.com/receiving/verifying-payloads/how-manual", now: 1731705121,
			header: []string{"svix-id", "msg_loFOjxBNrRLzqYUf", "svix-timestamp", "1731705121", "svix-signature", "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="},
			body:   `{"event_type":"ping","data":{"success":true}}`,
		})
	}
	return examples
}
