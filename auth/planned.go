package auth

// later lists the kinds that the language knows and this version does not,
// with what to do meanwhile.
func later() []Kind {
	const alone = "it comes in a later version, and no other kind can check what it does."
	meanwhile := func(how string) string { return "it comes in a later version. Meanwhile " + how + "." }
	signed := func(settings string) string { return meanwhile("use auth \"hmac\" with your secret and " + settings) }
	return []Kind{
		{Name: "jwt", Later: alone},
		{Name: "mtls", Later: meanwhile("let a proxy check certificates and send a secret header, and use auth \"header\"")},

		{Name: "gitlab", Later: meanwhile(`use auth "header" with name = "X-Gitlab-Token"`)},
		{Name: "stripe", Later: alone},
		{Name: "slack", Later: signed(`header = "X-Slack-Signature", prefix = "v0=", timestamp_header = "X-Slack-Request-Timestamp", payload = "v0:${webhook.headers["X-Slack-Request-Timestamp"]}:${webhook.raw}"`)},
		{Name: "shopify", Later: signed(`header = "X-Shopify-Hmac-Sha256", encoding = "base64"`)},
		{Name: "standard_webhooks", Later: alone},
		{Name: "twilio", Later: alone},
		{Name: "zendesk", Later: signed(`header = "X-Zendesk-Webhook-Signature", encoding = "base64", timestamp_header = "X-Zendesk-Webhook-Signature-Timestamp", payload = "${webhook.headers["X-Zendesk-Webhook-Signature-Timestamp"]}${webhook.raw}"`)},
		{Name: "paddle", Later: alone},
		{Name: "hubspot", Later: alone},
		{Name: "square", Later: signed(`header = "X-Square-Hmacsha256-Signature", encoding = "base64", payload = "NOTIFICATION-URL${webhook.raw}"`)},
		{Name: "sendgrid", Later: alone},
		{Name: "discord", Later: alone},
		{Name: "linear", Later: signed(`header = "Linear-Signature"`)},
		{Name: "typeform", Later: signed(`header = "Typeform-Signature", encoding = "base64", prefix = "sha256="`)},
		{Name: "mailgun", Later: alone},
		{Name: "zoom", Later: signed(`header = "X-Zm-Signature", prefix = "v0=", timestamp_header = "X-Zm-Request-Timestamp", payload = "v0:${webhook.headers["X-Zm-Request-Timestamp"]}:${webhook.raw}"`)},
		{Name: "intercom", Later: signed(`header = "X-Hub-Signature", algorithm = "sha1", prefix = "sha1="`)},
		{Name: "woocommerce", Later: signed(`header = "X-WC-Webhook-Signature", encoding = "base64"`)},
		{Name: "bitbucket", Later: signed(`header = "X-Hub-Signature", prefix = "sha256="`)},
	}
}
