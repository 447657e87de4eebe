package auth

import (
	"time"

	"github.com/webhook-gateway/gateway/config/schema"
)

// senderPresets are further senders that many users ask for.
func senderPresets() []preset { //nolint:funlen // a table
	return []preset{
		{
			name: "gitlab",
			doc: "Checks [GitLab's webhooks](https://docs.gitlab.com/user/project/integrations/webhooks/#validate-payloads-by-using-a-secret-token): the signature of the signing token, or the secret token in `X-Gitlab-Token`. " +
				"A value that begins with `whsec_` is a signing token.",
			secret: "The *Signing token* or the *Secret token* in the settings of the webhook.",
			schemes: []presetScheme{
				{scheme: standardWebhooks("Webhook"), takes: isSigningToken},
				{scheme: token("X-Gitlab-Token", ""), takes: func(secret string) bool { return !isSigningToken(secret) }},
			},
		},
		{
			name:   "zendesk",
			doc:    "Checks the signature of [Zendesk's webhooks](https://developer.zendesk.com/documentation/webhooks/verifying/).",
			secret: "The *Signing secret* of the webhook, which its page in the Admin Center reveals.",
			schemes: one(bodyHMAC("X-Zendesk-Webhook-Signature", "", base64Name).
				with("{timestamp}{body}", timeSource{header: "X-Zendesk-Webhook-Signature-Timestamp", format: rfc3339Name, tolerance: defaultTolerance})),
		},
		{
			name: "paddle",
			doc: "Checks the signature of [notifications of Paddle Billing](https://developer.paddle.com/webhooks/signature-verification). " +
				"As Paddle's own libraries do, it accepts a notification for 5 seconds only, so the clock of this machine must be right; `tolerance` changes that.",
			secret: "The *Secret key* of the notification destination under *Developer tools*, *Notifications*.",
			schemes: one(bodyHMAC("Paddle-Signature", "h1=", hexName).listed(";").
				with("{timestamp}:{body}", timeSource{field: "ts", format: unixName, tolerance: 5 * time.Second, allowFuture: true})),
		},
		{
			name: "hubspot",
			doc: "Checks version 3 of the signature of [requests from HubSpot](https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation). " +
				"The URL is signed, so `public_url` of the `gateway` block must be set.",
			secret: "The *Client secret* of the app, on its page *Auth*.",
			schemes: one(bodyHMAC("X-HubSpot-Signature-v3", "", base64Name).
				with("{method}{decoded_url}{body}{timestamp}", timeSource{header: "X-HubSpot-Request-Timestamp", format: unixMillisName, tolerance: defaultTolerance})),
		},
		{
			name: "square",
			doc: "Checks the signature of [Square's webhooks](https://developer.squareup.com/docs/webhooks/step3validate). " +
				"The URL is signed, so `public_url` of the `gateway` block must be set, and the URL that is registered with Square must begin with it.",
			secret:  "The *Signature key* of the webhook subscription in the Developer Console.",
			schemes: one(bodyHMAC("X-Square-Hmacsha256-Signature", "", base64Name).with("{url}{body}", timeSource{})),
		},
		{
			name:      "sendgrid",
			doc:       "Checks the signature of [SendGrid's event webhook](https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features).",
			publicKey: "The *Verification Key* under *Settings*, *Mail Settings*, *Event Webhooks*, *Security features*.",
			schemes: one(publicKeyScheme("X-Twilio-Email-Event-Webhook-Signature", ecdsaSHA256Name, base64Name).
				with("{timestamp}{body}", timeSource{header: "X-Twilio-Email-Event-Webhook-Timestamp", format: unixName})),
			examples: []schema.Example{{Title: "Requests signed with the private key of SendGrid", HCL: `public_key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEuT+aO7feoYtctEiqG+mHvNA1mmR1bTvZMp7cNLn0V1XLrQgFfSWv3O1wqySAgn7VMFYbrujm6Fb32gJQAcGKrQ=="`}},
		},
		{
			name:      "discord",
			doc:       "Checks the signature of [interactions and events from Discord](https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers).",
			publicKey: "The *Public Key* under *General Information* of the application.",
			schemes: one(publicKeyScheme("X-Signature-Ed25519", ed25519Name, hexName).
				with("{timestamp}{body}", timeSource{header: "X-Signature-Timestamp", format: unixName})),
			examples: []schema.Example{{Title: "Requests signed with the private key of the application", HCL: `public_key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"`}},
		},
		{
			name:   "linear",
			doc:    "Checks the signature of [Linear's webhooks](https://linear.app/developers/webhooks#securing-webhooks), and `webhookTimestamp` in the body.",
			secret: "The *Signing secret* on the page of the webhook under *Settings*, *API*.",
			schemes: one(bodyHMAC("Linear-Signature", "", hexName).
				with("{body}", timeSource{member: "webhookTimestamp", format: unixMillisName, tolerance: time.Minute})),
		},
		{
			name:    "typeform",
			doc:     "Checks the signature of [Typeform's webhooks](https://www.typeform.com/developers/webhooks/secure-your-webhooks/).",
			secret:  "The secret that was set when the webhook was created, or on its page under *Connect*, *Webhooks*.",
			schemes: one(bodyHMAC("Typeform-Signature", "sha256=", base64Name)),
		},
		{
			name:   "zoom",
			doc:    "Checks the signature of [Zoom's webhooks](https://developers.zoom.us/docs/api/webhooks/#verify-with-zooms-header).",
			secret: "The *Secret Token* of the app, on its page *Access* or *Feature*.",
			schemes: one(bodyHMAC("X-Zm-Signature", "v0=", hexName).
				with("v0:{timestamp}:{body}", timeSource{header: "X-Zm-Request-Timestamp", format: unixName, tolerance: defaultTolerance})),
		},
		{
			name:    "intercom",
			doc:     "Checks the signature of [Intercom's webhooks](https://developers.intercom.com/docs/references/webhooks/webhook-models#signed-notifications), an HMAC with SHA-1.",
			secret:  "The *Client secret* under *Basic information* of the app in the Developer Hub.",
			schemes: one(bodyHMAC("X-Hub-Signature", "sha1=", hexName).signing(sha1Name)),
		},
		{
			name: "woocommerce",
			doc: "Checks the signature of [WooCommerce's webhooks](https://woocommerce.com/document/webhooks/). " +
				"The first delivery after a webhook is saved is a form without a signature, and is refused.",
			secret:  "The *Secret* of the webhook under *WooCommerce*, *Settings*, *Advanced*, *Webhooks*.",
			schemes: one(bodyHMAC("X-WC-Webhook-Signature", "", base64Name)),
		},
		{
			name:    "bitbucket",
			doc:     "Checks the signature of [Bitbucket Cloud's webhooks](https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/#Secure-webhooks).",
			secret:  "The *Secret* in the settings of the webhook.",
			schemes: one(bodyHMAC("X-Hub-Signature", "sha256=", hexName)),
		},
	}
}
