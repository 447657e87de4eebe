package auth

import (
	"time"

	"github.com/webhook-gateway/gateway/config/schema"
)

// businessPresets are senders of shops, offices and communication that sign the body.
func businessPresets() []preset { //nolint:funlen // a table
	return []preset{
		{
			name:    "meta",
			doc:     "Checks the signature of [the webhooks of Meta](https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads): Facebook, Instagram, Messenger.",
			secret:  "The *App secret* under *App settings*, *Basic*.",
			schemes: one(bodyHMAC("X-Hub-Signature-256", "sha256=", hexName)),
		},
		{
			name:    "whatsapp",
			doc:     "Checks the signature of [the webhooks of WhatsApp](https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint).",
			secret:  "The *App secret* of the Meta app under *App settings*, *Basic*.",
			schemes: one(bodyHMAC("X-Hub-Signature-256", "sha256=", hexName)),
		},
		{
			name:    "notion",
			doc:     "Checks the signature of [Notion's webhooks](https://developers.notion.com/reference/webhooks#step-3-validating-event-payloads-recommended).",
			secret:  "The `verification_token` that Notion sends in its first request.",
			schemes: one(bodyHMAC("X-Notion-Signature", "sha256=", hexName)),
		},
		{
			name:    "docusign",
			doc:     "Checks the signatures of [DocuSign Connect](https://developers.docusign.com/platform/webhooks/connect/validate/), in `X-DocuSign-Signature-1` to `-10`. One of them must match.",
			secret:  "A key from the page *Connect*, tab *Connect Keys*, of the administration, which shows it in full only once. The Connect configuration must have *Include HMAC Signature* switched on.",
			schemes: docuSignSchemes(),
		},
		{
			name:    "xero",
			doc:     "Checks the signature of [Xero's webhooks](https://developer.xero.com/documentation/guides/webhooks/overview/).",
			secret:  "The *Webhooks key* on the page *Webhooks* of the app.",
			schemes: one(bodyHMAC("X-Xero-Signature", "", base64Name)),
		},
		{
			name:    "lemonsqueezy",
			doc:     "Checks the signature of [Lemon Squeezy's webhooks](https://docs.lemonsqueezy.com/help/webhooks/signing-requests).",
			secret:  "The *Signing secret* of the webhook under *Settings*, *Webhooks*.",
			schemes: one(bodyHMAC("X-Signature", "", hexName)),
		},
		{
			name:    "calendly",
			doc:     "Checks the signature of [Calendly's webhooks](https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures).",
			secret:  "The `signing_key` with which the webhook subscription was created, or the *Webhook signing key* of the OAuth app that created it.",
			schemes: one(stripeLike("Calendly-Webhook-Signature", "v1=", 3*time.Minute)),
		},
		{
			name:    "razorpay",
			doc:     "Checks the signature of [Razorpay's webhooks](https://razorpay.com/docs/webhooks/validate-test/).",
			secret:  "The *Secret* of the webhook, which is not the API key.",
			schemes: one(bodyHMAC("X-Razorpay-Signature", "", hexName)),
		},
		{
			name:    "line",
			doc:     "Checks the signature of [the webhooks of the LINE Messaging API](https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/).",
			secret:  "The *Channel secret* on the page *Basic settings* of the channel.",
			schemes: one(bodyHMAC("X-Line-Signature", "", base64Name)),
		},
		{
			name:   "twitch",
			doc:    "Checks the signature of [Twitch's EventSub](https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#verifying-the-event-message).",
			secret: "The `secret` with which the subscription was created.",
			schemes: one(bodyHMAC("Twitch-Eventsub-Message-Signature", "sha256=", hexName).
				with("{Twitch-Eventsub-Message-Id}{timestamp}{body}", timeSource{header: "Twitch-Eventsub-Message-Timestamp", format: rfc3339Name, tolerance: 10 * time.Minute})),
		},
		{
			name:    "box",
			doc:     "Checks the signatures of [Box's webhooks](https://developer.box.com/guides/webhooks/v2/signatures-v2/), in `Box-Signature-Primary` and `Box-Signature-Secondary`. One of them must match.",
			secret:  "The *Primary key* or the *Secondary key* on the page *Webhooks* of the app; a list holds both.",
			schemes: anyOf(boxScheme("Primary", "{body}"), boxScheme("Secondary", "{body}"), boxScheme("Primary", "{escaped_body}"), boxScheme("Secondary", "{escaped_body}")),
		},
		{
			name: "trello",
			doc: "Checks the signature of [Trello's webhooks](https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/#webhook-signatures), an HMAC with SHA-1. " +
				"The URL is signed, so `public_url` of the `gateway` block must be set, and `callbackURL` of the webhook must begin with it.",
			secret:  "The OAuth 1.0 *Secret* of the Power-Up, on its tab *API Key*.",
			schemes: one(bodyHMAC("X-Trello-Webhook", "", base64Name).signing(sha1Name).with("{body}{url}", timeSource{})),
		},
		{
			name:    "dropbox",
			doc:     "Checks the signature of [Dropbox's webhooks](https://www.dropbox.com/developers/reference/webhooks#notifications).",
			secret:  "The *App secret* on the page of the app in the App Console.",
			schemes: one(bodyHMAC("X-Dropbox-Signature", "", hexName)),
		},
		{
			name:    "calcom",
			doc:     "Checks the signature of [Cal.com's webhooks](https://cal.com/docs/developing/guides/automation/webhooks#verifying-the-authenticity-of-the-received-payload).",
			secret:  "The *Secret* of the webhook under *Settings*, *Developer*, *Webhooks*, which Cal.com hides after it is saved.",
			schemes: one(bodyHMAC("X-Cal-Signature-256", "", hexName)),
		},
		{
			name:    "workos",
			doc:     "Checks the signature of [WorkOS webhooks](https://workos.com/docs/events/data-syncing/webhooks).",
			secret:  "The *Signing secret* of the endpoint on the page *Webhooks* of the dashboard.",
			schemes: one(inMillis(stripeLike("WorkOS-Signature", "v1=", 3*time.Minute))),
		},
		{
			name:    "mux",
			doc:     "Checks the signature of [Mux's webhooks](https://www.mux.com/docs/core/verify-webhook-signatures).",
			secret:  "The *Signing Secret* of the webhook under *Settings*, *Webhooks*.",
			schemes: one(stripeLike("Mux-Signature", "v1=", 300*time.Second)),
		},
		{
			name:    "elevenlabs",
			doc:     "Checks the signature of [ElevenLabs' webhooks](https://elevenlabs.io/docs/overview/administration/webhooks#authentication).",
			secret:  "The secret that is shown once, when the webhook is created.",
			schemes: one(stripeLike("ElevenLabs-Signature", "v0=", 30*time.Minute)),
		},
		{
			name:   "customerio",
			doc:    "Checks the signature of [Customer.io's reporting webhooks](https://docs.customer.io/integrations/api/webhooks/).",
			secret: "The webhook signing key on the page *Reporting Webhooks* under *Data & Integrations*, *Integrations*.",
			schemes: one(bodyHMAC("X-CIO-Signature", "", hexName).
				with("v0:{timestamp}:{body}", timeSource{header: "X-CIO-Timestamp", format: unixName})),
		},
		{
			name: "asana",
			doc: "Checks the signature of [Asana's webhooks](https://developers.asana.com/docs/webhooks-guide#security). " +
				"Asana chooses the secret in the handshake of a webhook: `challenge \"asana\"` keeps it in the store, and the check reads it there. Each gateway of the store knows a new secret within a second, and it survives restarts and reloads. " +
				"A flow keeps one secret, so give each webhook of Asana a flow of its own. Before the handshake each delivery is refused.",
			secret:    "The `X-Hook-Secret` of the webhook, if another program answered its handshake. Without it the secret that `challenge \"asana\"` keeps counts.",
			schemes:   one(bodyHMAC("X-Hook-Signature", "", hexName)),
			handshake: true,
			examples: []schema.Example{
				{Title: "The secret of the handshake, beside challenge \"asana\" {}"},
				{Title: "A secret in the environment", HCL: "secret = secret.asana"},
			},
		},
		{
			name:    "clickup",
			doc:     "Checks the signature of [ClickUp's webhooks](https://developer.clickup.com/docs/webhooksignature).",
			secret:  "The `secret` in the answer to the request that created the webhook.",
			schemes: one(bodyHMAC("X-Signature", "", hexName)),
		},
		{
			name:    "attio",
			doc:     "Checks the signature of [Attio's webhooks](https://docs.attio.com/rest-api/guides/webhooks#authenticating), in `Attio-Signature` or in the older `X-Attio-Signature`.",
			secret:  "The secret of the webhook, which the developer settings show and the answer to its creation holds.",
			schemes: anyOf(bodyHMAC("Attio-Signature", "", hexName), bodyHMAC("X-Attio-Signature", "", hexName)),
		},
		{
			name:    "cloudinary",
			doc:     "Checks the signature of [Cloudinary's notifications](https://cloudinary.com/documentation/notifications#verifying_notification_signatures), with SHA-1 or SHA-256.",
			secret:  "The *API secret* of the product environment.",
			schemes: anyOf(cloudinaryScheme(suffixSHA1Name), cloudinaryScheme(suffixSHA256Name)),
		},
	}
}
