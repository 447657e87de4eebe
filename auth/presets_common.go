package auth

import (
	"time"

	"github.com/webhook-gateway/gateway/config/schema"
)

// commonPresets are the senders that most users ask for.
func commonPresets() []preset {
	return []preset{
		{
			name: "github",
			doc: "Checks the signature of [GitHub's webhooks](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries). " +
				"Only `X-Hub-Signature-256` is read; the older `X-Hub-Signature` is ignored.",
			secret:  "The *Secret* in the settings of the webhook.",
			schemes: one(bodyHMAC("X-Hub-Signature-256", "sha256=", hexName)),
		},
		{
			name: "stripe",
			doc: "Checks the signature of [Stripe's webhooks](https://docs.stripe.com/webhooks/signature). " +
				"Of several `v1` signatures one must match; other versions are ignored.",
			secret:  "The *Signing secret* of the event destination in the Workbench, which begins with `whsec_`.",
			schemes: one(stripeLike("Stripe-Signature", "v1=", 300*time.Second)),
		},
		{
			name: "slack",
			doc: "Checks the signature of [requests from Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack): " +
				"events, slash commands and interactions.",
			secret: "The *Signing Secret* under *Basic Information* in the settings of the app.",
			schemes: one(bodyHMAC("X-Slack-Signature", "v0=", hexName).
				with("v0:{timestamp}:{body}", timeSource{header: "X-Slack-Request-Timestamp", format: unixName, tolerance: defaultTolerance})),
		},
		{
			name: "shopify",
			doc: "Checks the signature of [Shopify's webhooks](https://shopify.dev/docs/apps/build/webhooks/verify-deliveries), " +
				"in `X-Shopify-Hmac-Sha256` or in `Shopify-Hmac-Sha256`.",
			secret: "The *Client secret* of the app in the Dev Dashboard. For webhooks that were created in the admin, it stands under *Settings*, *Notifications*, *Webhooks*.",
			schemes: anyOf(
				bodyHMAC("X-Shopify-Hmac-Sha256", "", base64Name),
				bodyHMAC("Shopify-Hmac-Sha256", "", base64Name),
			),
		},
		{
			name: "standard_webhooks",
			doc: "Checks signatures as [Standard Webhooks](https://www.standardwebhooks.com) defines them, in `webhook-signature`, or in `svix-signature` as Svix sends them. " +
				"Of several signatures one must match: version `v1` with `secret`, version `v1a` with `public_key`. `sign \"standard_webhooks\"` makes them.",
			secret:    "The secret of the endpoint in base64, with or without the prefix `whsec_`. The sender shows it in the settings of the endpoint.",
			publicKey: "The public key of the endpoint in base64, with or without the prefix `whpk_`, or in PEM.",
			schemes: anyOf(
				standardWebhooks("Webhook"), standardWebhooks("Svix"),
				standardPublicKey("Webhook"), standardPublicKey("Svix"),
			),
			examples: []schema.Example{
				{Title: "Requests signed with the secret", HCL: "secret = secret.standard_webhooks"},
				{Title: "Requests signed with a private key", HCL: `public_key = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`},
			},
		},
	}
}

// stripeLike is the scheme of Stripe and of senders that copy it: time and
// signatures in one header, as in t=1773489600,v1=…,v1=….
func stripeLike(header, prefix string, tolerance time.Duration) scheme {
	return bodyHMAC(header, prefix, hexName).listed(",").
		with("{timestamp}.{body}", timeSource{field: "t", format: unixName, tolerance: tolerance, allowFuture: true})
}

// standardWebhooks is version 1 of Standard Webhooks. The names of its headers
// begin with vendor.
func standardWebhooks(vendor string) scheme {
	s := bodyHMAC(vendor+"-Signature", "v1,", base64Name).listed(" ").
		with("{"+vendor+"-Id}.{timestamp}.{body}", timeSource{header: vendor + "-Timestamp", format: unixName, tolerance: defaultTolerance})
	s.secretEncoding = whsecName
	return s
}

// standardPublicKey is version 1a, which signs with Ed25519.
func standardPublicKey(vendor string) scheme {
	s := standardWebhooks(vendor).signing(ed25519Name)
	s.prefix, s.secretEncoding = "v1a,", base64Name
	return s
}
